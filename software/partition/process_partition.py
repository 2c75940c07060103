"""Processes a partition: `slapos-mail converge`, then buildout on the profile that converge wrote, then `publish`.

All stream their output. When one of the first two fails, the last line that it wrote on stderr becomes the error, so that it is also the
last line of slapgrid's report: a master keeps only the last 80 characters of that.
"""
import hashlib
import logging
import multiprocessing
import os
import re
import runpy
import subprocess
import sys
import time

from zc.buildout import UserError

# A Node.js program that crashes names its error before the stack, and its own version last.
CRASH = re.compile(r'\w*Error\b.*: ')
# Seconds. A wrapper that somebody damaged is mended by then: slapgrid processes every partition once a day.
AT_LEAST_EVERY = 20 * 3600
NODE_FAREWELL = re.compile(r'Node\.js v[0-9.]+$')


def process_partition(buildout, options):
  """`options`: `software`, the software folder; `release`, the unpacked tarball; `node`, the Node.js program;
  `software-release`, the name of the software release."""
  directory = buildout['buildout']['directory']
  software = options['software']
  run(directory, converge_command(buildout['slap-connection'], directory, options))
  install_profile(directory, software)
  # This file is no module that could import another.
  script = runpy.run_path(os.path.join(options['release'], 'partition', 'write_promise_plugins.py'))
  script['write_promise_plugins'](directory, [os.path.join(software, 'develop-eggs'), os.path.join(software, 'eggs')])
  publish(directory, options)


def install_profile(directory, software):
  """Runs buildout on the generated profile, which takes most of the time of a processing, unless the same profile was
  installed from the same build of the software within the last hours and all of its files are there."""
  note = os.path.join(directory, '.installed-profile.sha256')
  identity = profile_identity(directory, software)
  if (read_text(note) == identity and time.time() - os.stat(note).st_mtime < AT_LEAST_EVERY
      and all(map(os.path.lexists, installed_paths(directory)))):
    return
  if os.path.exists(note):
    os.remove(note)
  run_buildout(directory, os.path.join(software, 'bin', 'buildout'), [
    '-U',
    '-c', os.path.join(directory, 'etc', 'profile.cfg'),
    'buildout:directory=' + directory,
    'buildout:bin-directory=' + os.path.join(directory, 'sbin'),
    'buildout:installed=.installed-profile.cfg',
    'buildout:eggs-directory=' + os.path.join(software, 'eggs'),
    'buildout:develop-eggs-directory=' + os.path.join(software, 'develop-eggs'),
    'buildout:offline=true',
  ])
  with open(note, 'w') as stream:
    stream.write(identity)


def profile_identity(directory, software):
  """Changes with the profile, and with every build of the software."""
  digest = hashlib.sha256(read_text(os.path.join(directory, 'etc', 'profile.cfg')).encode())
  digest.update(software.encode())
  for name in 'programs.json', '.completed':
    path = os.path.join(software, name)
    if os.path.exists(path):
      digest.update(b'%s %d' % (name.encode(), os.stat(path).st_mtime_ns))
  return digest.hexdigest()


def installed_paths(directory):
  """The files that buildout notes as installed."""
  return re.findall(r'^(?:__buildout_installed__ =|\t) *(/.*)$', read_text(os.path.join(directory, '.installed-profile.cfg')), re.M)


def read_text(path):
  try:
    with open(path, encoding='utf-8') as stream:
      return stream.read()
  except FileNotFoundError:
    return ''


def publish(directory, options):
  """Tells the master what it has not received yet. One that is away or refuses keeps no service from being started:
  what is not published waits in the ledger, and the promise `publications-sent` reports it."""
  outbox = os.path.join(directory, 'srv', 'ledger', 'current', 'outbox')
  if not os.path.exists(outbox) or not os.path.getsize(outbox):
    return
  try:
    run(directory, [
      options['node'], os.path.join(options['release'], 'slapos-mail.mjs'), 'publish', '--partition', directory])
  except UserError as error:
    sys.stderr.write('not published: %s\n' % error)
    sys.stderr.flush()


def converge_command(connection, directory, options):
  software = options['software']
  command = [
    options['node'], os.path.join(options['release'], 'slapos-mail.mjs'), 'converge',
    '--server-url', connection['server-url'],
    '--computer-id', connection['computer-id'],
    '--partition-id', connection['partition-id'],
    '--software-release', options['software-release'],
    '--software-url', connection['software-release-url'],
    '--partition', directory,
    '--programs', os.path.join(software, 'programs.json'),
    '--eggs-directory', os.path.join(software, 'eggs'),
    '--develop-eggs-directory', os.path.join(software, 'develop-eggs'),
  ]
  # A local master has no certificates: both are empty there.
  for option in ('key-file', 'cert-file'):
    if connection.get(option):
      command += ['--' + option, connection[option]]
  return command


def run(directory, command):
  """Runs `command`, a list, with nothing of the caller's environment. Raises UserError with its last line on stderr."""
  sys.stdout.flush()
  try:
    process = subprocess.Popen(
      command, cwd=directory, env=environment_of(directory), stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
  except OSError as error:
    raise UserError('%s: %s; build the software release again' % (command[0], error.strerror))
  reason = last_line(process.stderr)
  refuse_failure(os.path.basename(command[1]), process.wait(), reason)


def run_buildout(directory, program, arguments):
  """Runs buildout's script as `run` would. It is a fork of this process, which is a buildout too and has loaded what
  another one would load first; that takes longer than most profiles."""
  sys.stdout.flush()
  reader, writer = os.pipe()

  def child():
    os.close(reader)
    os.dup2(writer, 2)
    os.close(writer)
    os.chdir(directory)
    os.environ.clear()
    os.environ.update(environment_of(directory))
    # Buildout adds its own; with those of this process it would say everything twice.
    for name in None, 'zc.buildout':
      logging.getLogger(name).handlers.clear()
    sys.argv[:] = [program] + arguments
    runpy.run_path(program, run_name='__main__')

  process = multiprocessing.get_context('fork').Process(target=child)
  process.start()
  os.close(writer)
  reason = last_line(os.fdopen(reader, 'rb'))
  process.join()
  refuse_failure(os.path.basename(program), process.exitcode, reason)


def environment_of(directory):
  return {
    'HOME': directory,
    'LANG': 'C.UTF-8',
    'LC_ALL': 'C.UTF-8',
    'PATH': '/usr/sbin:/usr/bin:/sbin:/bin',
    'PYTHONNOUSERSITE': 'true',
  }


def last_line(stream):
  """Copies a program's stderr to that of this process until it ends. Returns its last line that is not blank."""
  reason = crash = ''
  with stream:
    for line in stream:
      sys.stderr.buffer.write(line)
      sys.stderr.flush()
      reason = line.decode('utf-8', 'replace').strip() or reason
      crash = reason if CRASH.match(reason) else crash
  return crash if NODE_FAREWELL.match(reason) else reason


def refuse_failure(name, status, reason):
  """Raises UserError for a program that ended with a status other than 0 (negative: the signal that ended it)."""
  if status < 0:
    raise UserError('%s was ended by signal %s; process the partition again' % (name, -status))
  if status:
    # Buildout says "Error: " itself, before whatever we raise.
    reason = reason[len('Error: '):] if reason.startswith('Error: ') else reason
    raise UserError(reason or '%s ended with status %s' % (name, status))
