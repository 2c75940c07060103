"""Promise: the last processing of the partition succeeded. (That of slapos.toolbox gives no reason for a failure.)

config: `error-log`: the file that slapgrid writes when a processing fails, with the reason in its last line, and removes
when the next one begins. Failing promises write no such file. It does not bang, because slapgrid processes a failed
partition again anyway.
"""
from slapos_mail_promise.promise import Promise

MAX_REASON_LENGTH = 500


class RunPromise(Promise):
  bangs = False

  def sense(self):
    path = self.getConfig('error-log')
    try:
      with open(path, encoding='utf-8', errors='replace') as stream:
        lines = stream.read().strip().splitlines()
    except FileNotFoundError:
      lines = []
    except OSError as error:
      return self.logger.error('%s: %s; make it readable for the user of the partition', path, error.strerror)
    if not lines:
      return self.logger.info('the last processing ended well')
    self.logger.error('the last processing failed, and the services go on as before it; see %s: %s',
                      path, lines[-1].strip()[:MAX_REASON_LENGTH])
