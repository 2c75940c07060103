"""Promise: the disk of a folder has free space. (That of slapos.toolbox needs the node's collector database.)

config: `folder` (SlapOS itself sets `path`); `min-mebibytes` (default 500) and `min-percent` (default 1): both must be
free, the percentage of files (inodes) too. It does not bang, because processing the partition again frees no space.
"""
import os

from slapos_mail_promise.promise import Promise

MEBIBYTE = 1024 * 1024


class RunPromise(Promise):
  bangs = False

  def sense(self):
    path = self.getConfig('folder')
    min_mebibytes, min_percent = float(self.getConfig('min-mebibytes', 500)), float(self.getConfig('min-percent', 1))
    try:
      disk = os.statvfs(path)
    except OSError as error:
      return self.logger.error('%s: %s; process the partition again', path, error.strerror)
    # f_bavail and f_favail leave out what is reserved for root.
    free = disk.f_bavail * disk.f_frsize // MEBIBYTE
    percent = 100 * disk.f_bavail / disk.f_blocks if disk.f_blocks else 100
    # Some file systems do not count files.
    files_percent = 100 * disk.f_favail / disk.f_files if disk.f_files else 100
    state = '%s: %d MiB (%.1f %%) and %.1f %% of the files are free' % (path, free, percent, files_percent)
    if free < min_mebibytes or min(percent, files_percent) < min_percent:
      return self.logger.error('%s, less than %d MiB or %g %%; make room on this disk',
                               state, min_mebibytes, min_percent)
    self.logger.info('%s', state)
