"""Promise: a service shows the certificate in a file, and it has not expired.

config: `host`, `port`; `protocol`: `smtp` or `imap` (both STARTTLS) or `tls`; `certificate-file`: PEM, whose first
certificate is the service's own; `listen-promise`: the promise that reports a closed port.
"""
import imaplib
import re
import smtplib
import socket
import ssl

from slapos_mail_promise.promise import Promise, time_limit

ANSWER_TIMEOUT_SECONDS = 5
TIMEOUT_SECONDS = 15
CERTIFICATE = re.compile('-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----', re.DOTALL)
X509_V_ERR_CERT_HAS_EXPIRED = 10


class RunPromise(Promise):
  minutes = 10

  def sense(self):
    host, port, path = self.getConfig('host'), int(self.getConfig('port')), self.getConfig('certificate-file')
    service = '%s on [%s]:%s' % (self.getConfig('protocol'), host, port)
    try:
      with open(path) as stream:
        expected = CERTIFICATE.search(stream.read())
    except OSError as error:
      return self.logger.error('%s: %s; process the partition again', path, error.strerror)
    if not expected:
      return self.logger.error('%s: holds no certificate; process the partition again', path)

    try:
      with time_limit(TIMEOUT_SECONDS):
        served = served_certificate(self.getConfig('protocol'), host, port, expected.group())
    except ConnectionRefusedError:
      return self.logger.info('%s: refuses connections, left to %s', service,
                              self.getConfig('listen-promise', 'the listen promise'))
    except ssl.SSLCertVerificationError as error:
      if error.verify_code == X509_V_ERR_CERT_HAS_EXPIRED:
        return self.logger.error('%s: its certificate has expired; renew %s', service, path)
      return self.logger.error('%s: serves another certificate than %s (%s); reload the service',
                               service, path, error.verify_message)
    except (OSError, smtplib.SMTPException, imaplib.IMAP4.error) as error:
      return self.logger.error('%s: no TLS session (%s: %s); see the log of the service',
                               service, type(error).__name__, error)
    if served != ssl.PEM_cert_to_DER_cert(expected.group()):
      return self.logger.error('%s: serves another certificate than %s; reload the service', service, path)
    self.logger.info('%s: serves the certificate of %s', service, path)


def served_certificate(protocol, host, port, expected):
  """The certificate that the service shows, in DER. `expected`, in PEM, is the only one that is trusted."""
  context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
  context.check_hostname = False
  context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
  context.load_verify_locations(cadata=expected)
  if protocol == 'smtp':
    # The name for HELO is given, because smtplib would look one up in DNS.
    with smtplib.SMTP(host, port, local_hostname='localhost', timeout=ANSWER_TIMEOUT_SECONDS) as smtp:
      smtp.starttls(context=context)
      return smtp.sock.getpeercert(binary_form=True)
  if protocol == 'imap':
    imap = imaplib.IMAP4(host, port, timeout=ANSWER_TIMEOUT_SECONDS)
    try:
      imap.starttls(context)
      return imap.sock.getpeercert(binary_form=True)
    finally:
      imap.shutdown()
  with socket.create_connection((host, port), ANSWER_TIMEOUT_SECONDS) as plain:
    with context.wrap_socket(plain) as encrypted:
      return encrypted.getpeercert(binary_form=True)
