"""Promise: a service that listens nowhere runs.

config: `pid-file`; `command-part`: text in the command of the right process, because a number may be another's by now;
`service`: who should run, and `log`, its log, for the message.
"""
from slapos_mail_promise.promise import Promise


class RunPromise(Promise):

  def sense(self):
    service, path = self.getConfig('service'), self.getConfig('pid-file')
    try:
      with open(path) as stream:
        pid = int(stream.read())
      # Empty for one that has ended and was not taken note of.
      with open('/proc/%d/cmdline' % pid) as stream:
        command = stream.read().replace('\0', ' ')
    except (OSError, ValueError):
      command = ''
    if self.getConfig('command-part') not in command:
      return self.logger.error('%s does not run (%s names no process of it); start it, see %s',
                               service, path, self.getConfig('log'))
    self.logger.info('%s runs as process %d', service, pid)
