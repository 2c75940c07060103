"""Promise: the last processing of the partition ended well. (The one of slapos.toolbox says neither why not nor what then.)

config: `error-log`: what slapgrid writes when a processing fails, and removes when the next begins; the reason is its
last line. A promise that fails leaves no such file. It does not bang: slapgrid processes a failed partition again anyway.
"""
from slapos_mail_promise.promise import Promise

LONGEST_REASON = 500


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
                      path, lines[-1].strip()[:LONGEST_REASON])
