"""What the promises have in common: how often they look, whether they bang, what they may take, TLS without names."""
import contextlib
import signal
import ssl

from slapos.grid.promise import interface
from slapos.grid.promise.generic import GenericPromise
from zope.interface import implementer


@implementer(interface.IPromise)
class Promise(GenericPromise):
  """`minutes`: between two looks. `bangs`: whether it is of use to process the partition again when it fails."""

  minutes = 2
  bangs = True

  def __init__(self, config):
    super().__init__(config)
    self.setPeriodicity(self.minutes)
    self.allowBang(self.bangs)


@contextlib.contextmanager
def at_most(seconds):
  """Raises TimeoutError in what it stands around, whatever that waits for. For the main thread."""
  def too_slow(_number, _frame):
    raise TimeoutError('not done within %s s' % seconds)

  signal.signal(signal.SIGALRM, too_slow)
  signal.alarm(seconds)
  try:
    yield
  finally:
    signal.alarm(0)


def unverified():
  """TLS with whoever answers: the certificate is the concern of another promise (certificate_served)."""
  context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
  context.check_hostname = False
  context.verify_mode = ssl.CERT_NONE
  return context
