"""Promise: a page of the web portal answers. Its certificate is not verified, and redirects are not followed.

config: `url`, or `portal-config`, the portal's configuration, from which `monitor-url` is taken; `expected-status`
(default 200); `listen-promise`: the promise that reports a closed port of this partition; `own-address` (`[host]:port`):
the partition's address, given where the URL may be that of a frontend. With `secrets-file`, a file of lines `name
password`, and `secret`, a name in it, the page must answer 200 to the user `admin` with that password; another promise,
`open-promise`, then reports whether it answers `expected-status` to everybody else.
"""
import base64
import http.client
import json
from urllib.parse import urlsplit

from slapos_mail_promise.promise import Promise, time_limit, unverified

ANSWER_TIMEOUT_SECONDS = 6
TIMEOUT_SECONDS = 15


class RunPromise(Promise):

  def sense(self):
    expected, secrets = int(self.getConfig('expected-status', 200)), self.getConfig('secrets-file')
    try:
      url = self.getConfig('url') or monitor_url(self.getConfig('portal-config'))
      password = read_secret(secrets, self.getConfig('secret')) if secrets else None
    except OSError as error:
      return self.logger.error('%s: %s; process the partition again', error.filename, error.strerror)
    except (KeyError, ValueError) as error:
      return self.logger.error('%s cannot be read (%s); process the partition again',
                               self.getConfig('portal-config'), error)
    if secrets and password is None:
      return self.logger.error('%s: names no %s; process the partition again', secrets, self.getConfig('secret'))

    try:
      with time_limit(TIMEOUT_SECONDS):
        status = status_of(url, None)
        if secrets:
          if status != expected:
            return self.logger.info('%s: answers %s to everybody, left to %s', url, status,
                                    self.getConfig('open-promise'))
          status, expected = status_of(url, password), 200
    except ConnectionRefusedError as error:
      if self.getConfig('own-address', urlsplit(url).netloc) != urlsplit(url).netloc:
        return self.logger.error('%s: %s; see the frontend that has this address', url, error.strerror)
      return self.logger.info('%s: refuses connections, left to %s', url,
                              self.getConfig('listen-promise', 'the listen promise'))
    except (OSError, http.client.HTTPException) as error:
      if secrets:
        return self.logger.info('%s: no answer, left to %s', url, self.getConfig('open-promise'))
      return self.logger.error('%s: no answer (%s: %s); see the logs of Apache and of the portal',
                               url, type(error).__name__, error)
    asked = 'to the user admin ' if secrets else ''
    if status != expected:
      return self.logger.error('%s: answers %s %sinstead of %s; see the logs of Apache and of the portal',
                               url, status, asked, expected)
    self.logger.info('%s: answers %s', url, status)


def monitor_url(path):
  with open(path) as stream:
    return json.load(stream)['monitor-url'] + '/'


def read_secret(path, name):
  with open(path) as stream:
    return dict(line.split(' ', 1) for line in stream.read().splitlines() if ' ' in line).get(name)


def status_of(url, password):
  parts = urlsplit(url)
  if parts.scheme == 'https':
    connection = http.client.HTTPSConnection(parts.hostname, parts.port, timeout=ANSWER_TIMEOUT_SECONDS,
                                             context=unverified())
  else:
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=ANSWER_TIMEOUT_SECONDS)
  headers = {}
  if password is not None:
    headers['Authorization'] = 'Basic ' + base64.b64encode(b'admin:' + password.encode()).decode()
  try:
    connection.request('GET', (parts.path or '/') + ('?' + parts.query if parts.query else ''), headers=headers)
    return connection.getresponse().status
  finally:
    connection.close()
