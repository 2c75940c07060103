"""Promise: a certificate does not expire soon. (That of slapos.toolbox says neither when it expires nor what to do.)

config: `certificate-file`: PEM, whose first certificate is checked; `openssl`: path of that program; `days`: how long the
certificate must be valid at least; `remedy`: what to do, for the message. It does not bang, because processing the
partition again does not renew the certificate.
"""
import subprocess

from slapos_mail_promise.promise import Promise

TIMEOUT_SECONDS = 15
SECONDS_PER_DAY = 86400


class RunPromise(Promise):
  minutes = 60
  bangs = False

  def sense(self):
    path, days, remedy = self.getConfig('certificate-file'), int(self.getConfig('days')), self.getConfig('remedy')
    command = [self.getConfig('openssl'), 'x509', '-noout', '-enddate', '-checkend', str(days * SECONDS_PER_DAY),
               '-in', path]
    try:
      answer = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              timeout=TIMEOUT_SECONDS)
    except (OSError, subprocess.TimeoutExpired) as error:
      return self.logger.error('%s: %s', command[0], error)
    first = answer.stdout.decode('ascii', 'replace').split('\n')[0]
    if not first.startswith('notAfter='):
      return self.logger.error('%s: holds no certificate; %s', path, remedy)
    end = first[len('notAfter='):]
    if answer.returncode:
      return self.logger.error('%s: the certificate ends on %s, in less than %d days or already; %s',
                               path, end, days, remedy)
    self.logger.info('%s: the certificate lasts until %s', path, end)
