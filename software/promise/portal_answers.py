"""Promise: a page of the web portal answers. Its certificate is not verified, redirections are not followed.

config: `url`; `expected-status`: 200 unless given; `listen-promise`: the promise that reports a closed port.
"""
import http.client
import signal
import ssl
from urllib.parse import urlsplit

from slapos.grid.promise import interface
from slapos.grid.promise.generic import GenericPromise
from zope.interface import implementer

SECONDS_PER_ANSWER = 6
SECONDS_IN_ALL = 15


@implementer(interface.IPromise)
class RunPromise(GenericPromise):

  def sense(self):
    url, expected = self.getConfig('url'), int(self.getConfig('expected-status', 200))
    signal.signal(signal.SIGALRM, too_slow)
    signal.alarm(SECONDS_IN_ALL)
    try:
      status = status_of(url)
    except ConnectionRefusedError:
      return self.logger.info('%s: refuses connections, left to %s', url,
                              self.getConfig('listen-promise', 'the listen promise'))
    except (OSError, http.client.HTTPException) as error:
      return self.logger.error('%s: no answer (%s: %s); see the logs of Apache and of the portal',
                               url, type(error).__name__, error)
    finally:
      signal.alarm(0)
    if status != expected:
      return self.logger.error('%s: answers %s instead of %s; see the logs of Apache and of the portal',
                               url, status, expected)
    self.logger.info('%s: answers %s', url, status)


def status_of(url):
  parts = urlsplit(url)
  if parts.scheme == 'https':
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    connection = http.client.HTTPSConnection(parts.hostname, parts.port, timeout=SECONDS_PER_ANSWER, context=context)
  else:
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=SECONDS_PER_ANSWER)
  try:
    connection.request('GET', (parts.path or '/') + ('?' + parts.query if parts.query else ''))
    return connection.getresponse().status
  finally:
    connection.close()


def too_slow(_number, _frame):
  raise TimeoutError('no answer within %s s' % SECONDS_IN_ALL)
