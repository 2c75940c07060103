"""Promise: no message waits too long in Postfix's queue. Messages on hold do not count: an operator put them there.

config: `postqueue-command`: path of the partition's postqueue; `max-age`: seconds; `listen-promise`: the promise that
reports a Postfix that is down. It does not bang, because processing the partition again delivers nothing.
"""
import collections
import json
import subprocess
import time

from slapos_mail_promise.promise import Promise

TIMEOUT_SECONDS = 15
MAX_REASON_LENGTH = 200
EX_UNAVAILABLE = 69


class RunPromise(Promise):
  minutes = 5
  bangs = False

  def sense(self):
    command, max_age = self.getConfig('postqueue-command'), int(self.getConfig('max-age'))
    try:
      listing = subprocess.run([command, '-j'], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, timeout=TIMEOUT_SECONDS)
    except subprocess.TimeoutExpired:
      return self.logger.error('%s: no answer within %s s; see the log of Postfix', command, TIMEOUT_SECONDS)
    except OSError as error:
      return self.logger.error('%s: %s; process the partition again', command, error.strerror)
    if listing.returncode == EX_UNAVAILABLE:
      return self.logger.info('Postfix is down, left to %s', self.getConfig('listen-promise', 'smtp_listen'))
    if listing.returncode:
      return self.logger.error('%s: %s', command, last_line(listing.stderr) or 'status %s' % listing.returncode)

    late, reasons = [], collections.Counter()
    now = time.time()
    for line in listing.stdout.splitlines():
      message = json.loads(line)
      age = now - message['arrival_time']
      if age > max_age and message['queue_name'] != 'hold':
        late.append(age)
        reasons.update(recipient.get('delay_reason', 'not tried yet') for recipient in message['recipients'])
    if not late:
      return self.logger.info('no message waits for longer than %s', duration(max_age))
    reason = reasons.most_common(1)[0][0][:MAX_REASON_LENGTH] if reasons else 'none given'
    self.logger.error('%s waiting for longer than %s, the oldest for %s; most frequent reason: %s',
                      '1 message is' if len(late) == 1 else '%s messages are' % len(late),
                      duration(max_age), duration(max(late)), reason)


def duration(seconds):
  for unit, size in (('days', 86400), ('h', 3600), ('min', 60)):
    if seconds >= 2 * size:
      return '%d %s' % (seconds // size, unit)
  return '%d s' % seconds


def last_line(stderr):
  lines = stderr.decode('utf-8', 'replace').strip().splitlines()
  return lines[-1] if lines else ''
