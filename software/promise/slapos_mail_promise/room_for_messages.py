"""Promise: Postfix has the free disk that it wants before it takes any message.

It answers everything with 452 while less than one and a half times its size limit is free, however small the message.

config: `folder` (where the queue is; SlapOS itself sets `path`); `message-mebibytes`: the limit; `parameter`: who sets it. It does not
bang, because processing the partition again frees no space.
"""
import os

from slapos_mail_promise.promise import Promise

MEBIBYTE = 1024 * 1024
# smtpd(8) of Postfix: smtpd_space_multf.
FACTOR = 1.5


class RunPromise(Promise):
  bangs = False

  def sense(self):
    folder = self.getConfig('folder')
    limit = float(self.getConfig('message-mebibytes'))
    try:
      disk = os.statvfs(folder)
    except OSError as error:
      return self.logger.error('%s: %s; process the partition again', folder, error.strerror)
    free = disk.f_bavail * disk.f_frsize / MEBIBYTE
    if free <= FACTOR * limit:
      return self.logger.error(
        '%s: %d MiB are free, but no mail is taken (452) with less than %d MiB, one and a half times the largest message of %d MiB; '
        'make room on this disk, or lower %s to less than %d',
        folder, free, FACTOR * limit, limit, self.getConfig('parameter'), free / FACTOR)
    self.logger.info('%s: %d MiB are free, room for messages of %d MiB', folder, free, limit)
