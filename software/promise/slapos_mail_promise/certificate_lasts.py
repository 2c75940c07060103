"""Promise: a certificate does not end soon. (The one of slapos.toolbox says neither when it ends nor what to do.)

config: `certificate-file`: PEM, whose first certificate is looked at; `openssl`: that program; `days`: how long it must
last; `remedy`: what to do, for the message. It does not bang: to process the partition again renews nothing.
"""
import subprocess

from slapos_mail_promise.promise import Promise

SECONDS_IN_ALL = 15
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
                              timeout=SECONDS_IN_ALL)
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
