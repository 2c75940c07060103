"""Promise: no mail was lost: nothing that was accepted could neither be delivered nor returned to its sender.

Postfix files a notice about each such message. What a program answers by itself (vacation) is missed by nobody, and does
not count; nor does what Postfix reports to who called it on this machine, whose name nobody gets mail at.

config: `folder`: a maildir of those notices; `shown-for`: seconds for which one is reported. It does not bang, because
processing the partition again brings nothing back.
"""
import email.parser
import email.policy
import os
import re
import time

from slapos_mail_promise.promise import Promise

MAX_READ = 256 * 1024
MAX_REASON_LENGTH = 200


class RunPromise(Promise):
  minutes = 5
  bangs = False

  def sense(self):
    folder = self.getConfig('folder')
    since = time.time() - int(self.getConfig('shown-for'))
    try:
      with os.scandir(os.path.join(folder, 'new')) as entries:
        recent = sorted(((entry.stat().st_mtime, entry.path) for entry in entries if entry.is_file()), reverse=True)
      lost = [notice for notice in (read(path) for mtime, path in recent if mtime > since) if is_missed(notice)]
    except OSError as error:
      return self.logger.error('%s: %s; process the partition again', error.filename, error.strerror)
    hours = int(self.getConfig('shown-for')) // 3600
    if not lost:
      return self.logger.info('no mail was lost within the last %d hours', hours)
    self.logger.error('%s lost within the last %d hours: neither delivered nor returned; the latest: %s; see %s/new',
                      '1 message was' if len(lost) == 1 else '%d messages were' % len(lost), hours,
                      summary(lost[0]), folder)


def read(path):
  with open(path, 'rb') as stream:
    return stream.read(MAX_READ).decode('latin-1').replace('\r\n', '\n')


def is_missed(notice):
  """Whether it is about a bounce, or about anything else that no program sent of its own accord."""
  report, _mark, returned = notice.partition('\nContent-Description: Undelivered')
  own = re.search(r'^Reporting-MTA: dns; *(\S+)$', report, re.MULTILINE)
  if own and re.search(r'^Final-Recipient: *[^;\n]+; *.*@%s$' % re.escape(own.group(1)), report, re.MULTILINE | re.IGNORECASE):
    return False
  headers = email.parser.HeaderParser(policy=email.policy.compat32).parsestr(returned.partition('\n\n')[2])
  is_answer = str(headers.get('Auto-Submitted', '')).lower().startswith('auto-replied')
  return headers.get_content_type() == 'multipart/report' or not is_answer


def summary(notice):
  """Who did not get it and why, in one line."""
  def field(name):
    found = re.search(r'^%s: *[^;\n]+; *(.*(?:\n[ \t].*)*)' % name, notice, re.MULTILINE)
    return ' '.join(found.group(1).split()) if found else 'unknown'

  reason = field('Diagnostic-Code')[:MAX_REASON_LENGTH]
  return 'to %s: %s' % (field('Final-Recipient'), reason)
