"""Promise: the master has received everything that the instance publishes.

config: `outbox`: the ledger's file of what waits, a line each; `reason-file`: why it does, written by the last attempt.
"""
from slapos_mail_promise.promise import Promise


class RunPromise(Promise):

  def sense(self):
    outbox = self.getConfig('outbox')
    try:
      # Only counted: it may hold tokens.
      with open(outbox, 'rb') as stream:
        waiting = sum(1 for line in stream if line.strip())
    except FileNotFoundError:
      waiting = 0
    except OSError as error:
      return self.logger.error('%s: %s; process the partition again', outbox, error.strerror)
    if not waiting:
      return self.logger.info('the master has everything')
    try:
      with open(self.getConfig('reason-file'), encoding='utf-8', errors='replace') as stream:
        reason = ' '.join(stream.read().split())
    except OSError:
      reason = ''
    self.logger.error('%s %s sent to the master: %s', waiting, 'publication is not' if waiting == 1 else 'publications are not',
                      reason or 'the last processing did not come that far; process the partition again')
