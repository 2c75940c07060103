"""What all promises share: how often they run, whether they bang, a time limit, TLS without verification."""
import contextlib
import signal
import ssl

from slapos.grid.promise import interface
from slapos.grid.promise.generic import GenericPromise
from zope.interface import implementer


@implementer(interface.IPromise)
class Promise(GenericPromise):
  """`minutes`: time between two runs. `bangs`: a failure makes the master process the partition again."""

  minutes = 2
  bangs = True

  def __init__(self, config):
    super().__init__(config)
    self.setPeriodicity(self.minutes)
    self.allowBang(self.bangs)


@contextlib.contextmanager
def time_limit(seconds):
  """Raises TimeoutError in its block after this time, whatever the block waits for. Works in the main thread only."""
  def on_alarm(_number, _frame):
    raise TimeoutError('not done within %s s' % seconds)

  signal.signal(signal.SIGALRM, on_alarm)
  signal.alarm(seconds)
  try:
    yield
  finally:
    signal.alarm(0)


def unverified():
  """A TLS context that accepts any certificate: the promise certificate_served checks certificates."""
  context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
  context.check_hostname = False
  context.verify_mode = ssl.CERT_NONE
  return context
