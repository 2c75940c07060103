"""Promise: a service runs that does not listen on any address.

config: `pid-file`; `command-part`: text in the command line of the right process, because another process may have got its
id since; for the message `service`, its name, and `log`, its log file.
"""
from slapos_mail_promise.promise import Promise


class RunPromise(Promise):

  def sense(self):
    service, path = self.getConfig('service'), self.getConfig('pid-file')
    try:
      with open(path) as stream:
        pid = int(stream.read())
      # The command line of a zombie process is empty.
      with open('/proc/%d/cmdline' % pid) as stream:
        command = stream.read().replace('\0', ' ')
    except (OSError, ValueError):
      command = ''
    if self.getConfig('command-part') not in command:
      return self.logger.error('%s does not run (%s names no process of it); start it, see %s',
                               service, path, self.getConfig('log'))
    self.logger.info('%s runs as process %d', service, pid)
