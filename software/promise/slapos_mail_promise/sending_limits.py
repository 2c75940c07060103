"""Promise: no account has recently been refused because it sent too much. Such an account may be stolen.

config: `file`: JSON that the mail-policy service writes: account -> {"at": seconds, "limit": what it had sent};
`shown-for`: seconds for which an account is named after its last refusal. It does not bang, because processing the
partition again changes nothing.
"""
import json
import time

from slapos_mail_promise.promise import Promise

MAX_SHOWN = 5


class RunPromise(Promise):
  minutes = 5
  bangs = False

  def sense(self):
    path = self.getConfig('file')
    try:
      with open(path, encoding='utf-8', errors='replace') as stream:
        refusals = json.load(stream)
      since = time.time() - int(self.getConfig('shown-for'))
      latest = sorted(refusals.items(), key=lambda refusal: -refusal[1]['at'])
      recent = [(account, refusal['limit']) for account, refusal in latest if refusal['at'] > since]
    except FileNotFoundError:
      recent = []
    except OSError as error:
      return self.logger.error('%s: %s; start mail-policy, see var/log/mail-policy.log', path, error.strerror)
    except (ValueError, TypeError, KeyError, AttributeError):
      return self.logger.error('%s cannot be read; restart mail-policy', path)
    if not recent:
      return self.logger.info('no account reached its sending limits within the last %s', duration(self.getConfig('shown-for')))
    shown = '; '.join('%s had sent %s' % each for each in recent[:MAX_SHOWN])
    more = '; and %s more' % (len(recent) - MAX_SHOWN) if len(recent) > MAX_SHOWN else ''
    self.logger.error('refused for sending too much: %s%s; ask who uses it, reset its password, or raise sending-limits',
                      shown, more)


def duration(seconds):
  minutes = int(seconds) // 60
  return 'hour' if minutes == 60 else '%s minutes' % minutes
