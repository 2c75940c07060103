"""Promise: the file in which the last processing lists what is still missing is empty.

config: `file`: each line that is not blank is a problem; an empty or absent file is fine.
"""
from slapos_mail_promise.promise import Promise

MAX_SHOWN = 5


class RunPromise(Promise):

  def sense(self):
    path = self.getConfig('file')
    try:
      with open(path, encoding='utf-8', errors='replace') as stream:
        problems = [line.strip() for line in stream if line.strip()]
    except FileNotFoundError:
      problems = []
    except OSError as error:
      return self.logger.error('%s: %s; process the partition again', path, error.strerror)
    if not problems:
      return self.logger.info('nothing is missing')
    shown = '; '.join(problems[:MAX_SHOWN])
    hidden = len(problems) - MAX_SHOWN
    self.logger.error('%s', '%s; and %s more in %s' % (shown, hidden, path) if hidden > 0 else shown)
