"""Promise: a service listens. (That of slapos.toolbox says neither where nor what to do.)

config: `host` and `port`, or `socket`, a path; for the message `service`, its name, and `log`, its log file.
"""
import socket

from slapos_mail_promise.promise import Promise

TIMEOUT_SECONDS = 10


class RunPromise(Promise):

  def sense(self):
    path, host, port = self.getConfig('socket'), self.getConfig('host'), self.getConfig('port')
    try:
      if path:
        with socket.socket(socket.AF_UNIX) as client:
          client.settimeout(TIMEOUT_SECONDS)
          client.connect(path)
      else:
        socket.create_connection((host, int(port)), TIMEOUT_SECONDS).close()
    except OSError as error:
      return self.logger.error('nobody listens on %s (%s); start %s, see %s', path or '[%s]:%s' % (host, port),
                               error.strerror or error, self.getConfig('service'), self.getConfig('log'))
    self.logger.info('%s listens on %s', self.getConfig('service'), path or '[%s]:%s' % (host, port))
