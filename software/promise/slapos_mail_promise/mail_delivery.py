"""Promise: a message that is submitted to the mail server arrives in a mailbox.

A built-in account sends a message to itself by SMTP (STARTTLS, AUTH) and fetches it by IMAP (STARTTLS). The message and
those of earlier runs are then deleted.

config: `credentials-file`: JSON `{"address", "password"}`; `host-name`: the server's, by which the message is signed; `smtp-host`, `smtp-port`, `imap-host`, `imap-port`;
`smtp-listen-promise`, `imap-listen-promise`: the promises that report a closed port; `seconds-to-arrive` (default 12);
`seconds-per-answer` (default 6). It ends after 17 s in any case, because slapgrid ends a promise after 20 s.
"""
import email.message
import email.utils
import imaplib
import json
import smtplib
import time
import uuid

from slapos_mail_promise.promise import Promise, time_limit, unverified

TIMEOUT_SECONDS = 17
PROBE_HEADER = 'X-Slapos-Mail-Probe'


class Unfulfilled(Exception):
  """The promise fails; the text says what is wrong and what to do."""


class ReportedElsewhere(Exception):
  """Another promise reports what is wrong."""


class RunPromise(Promise):
  minutes = 10

  def sense(self):
    self.step = 'starting'
    self.seconds_to_arrive = float(self.getConfig('seconds-to-arrive', 12))
    self.seconds_per_answer = float(self.getConfig('seconds-per-answer', 6))
    try:
      with time_limit(TIMEOUT_SECONDS):
        seconds = self.deliver()
    except ReportedElsewhere as reason:
      self.logger.info('%s', reason)
    except Unfulfilled as reason:
      self.logger.error('%s: %s', self.step, reason)
    except (OSError, smtplib.SMTPException, imaplib.IMAP4.error) as error:
      self.logger.error('%s: %s: %s; see the log of the service', self.step, type(error).__name__, error)
    else:
      self.logger.info('a message arrived in %.1f s', seconds)

  def deliver(self):
    """Sends a message and waits for it. Returns the seconds between submission and arrival."""
    self.step = 'reading the credentials'
    address, password = self.credentials()
    # The mailbox is opened first: otherwise a message might be sent that cannot be fetched and deleted.
    imap = self.open_mailbox(address, password)
    try:
      identifier = str(uuid.uuid4())
      start = time.monotonic()
      self.submit(address, password, identifier)
      self.step = 'waiting for the message'
      while not search(imap, identifier):
        if time.monotonic() - start > self.seconds_to_arrive:
          raise Unfulfilled('not in the mailbox of %s %g s after its submission; see the queue and the log of Postfix'
                            % (address, self.seconds_to_arrive))
        time.sleep(0.2)
        imap.noop()
      seconds = time.monotonic() - start
      self.step = 'deleting the message'
      for number in search(imap, ''):
        imap.store(number, '+FLAGS.SILENT', '(\\Deleted)')
      imap.expunge()
      return seconds
    finally:
      imap.shutdown()

  def credentials(self):
    path = self.getConfig('credentials-file')
    try:
      with open(path) as stream:
        account = json.load(stream)
      return account['address'], account['password']
    except OSError as error:
      raise Unfulfilled('%s: %s; process the partition again' % (path, error.strerror))
    except (ValueError, KeyError, TypeError):
      raise Unfulfilled('%s: not JSON with address and password; process the partition again' % path)

  def open_mailbox(self, address, password):
    self.step = 'connecting to IMAP'
    try:
      imap = imaplib.IMAP4(self.getConfig('imap-host'), int(self.getConfig('imap-port')), self.seconds_per_answer)
    except ConnectionRefusedError:
      raise ReportedElsewhere('IMAP refuses connections, left to ' + self.getConfig('imap-listen-promise', 'imap_listen'))
    try:
      self.step = 'IMAP STARTTLS'
      imap.starttls(unverified())
      self.step = 'IMAP login as ' + address
      try:
        imap.login(address, password)
      except imaplib.IMAP4.error as error:
        raise Unfulfilled('refused (%s); see the log of Dovecot' % text_of(error.args[0]))
      self.step = 'opening the mailbox'
      status, answer = imap.select('INBOX')
      if status != 'OK':
        raise Unfulfilled('refused (%s); see the log of Dovecot' % text_of(answer[0]))
    except BaseException:
      imap.shutdown()
      raise
    return imap

  def submit(self, address, password, identifier):
    message = email.message.EmailMessage()
    message['From'] = message['To'] = address
    message['Subject'] = 'Delivery probe'
    message['Date'] = email.utils.formatdate()
    message['Message-ID'] = '<%s@%s>' % (identifier, self.getConfig('host-name', 'localhost'))
    message[PROBE_HEADER] = identifier
    message.set_content('Sent by the promise mail_delivery, which deletes it.\n')
    self.step = 'connecting to SMTP'
    try:
      smtp = smtplib.SMTP(self.getConfig('smtp-host'), int(self.getConfig('smtp-port')),
                          self.getConfig('host-name', 'localhost'), self.seconds_per_answer)
    except ConnectionRefusedError:
      raise ReportedElsewhere('SMTP refuses connections, left to ' + self.getConfig('smtp-listen-promise', 'smtp_listen'))
    with smtp:
      self.step = 'SMTP STARTTLS'
      smtp.starttls(context=unverified())
      self.step = 'SMTP login as ' + address
      try:
        smtp.login(address, password)
      except smtplib.SMTPAuthenticationError as error:
        raise Unfulfilled('refused (%s %s); see the log of Postfix' % (error.smtp_code, text_of(error.smtp_error)))
      self.step = 'submitting to ' + address
      smtp.send_message(message)


def search(imap, identifier):
  """Numbers of the probe messages with this identifier; all probe messages if it is empty."""
  _status, found = imap.search(None, 'HEADER', PROBE_HEADER, '"%s"' % identifier)
  return found[0].split() if found and found[0] else []


def text_of(answer):
  return answer.decode('utf-8', 'replace') if isinstance(answer, bytes) else str(answer)
