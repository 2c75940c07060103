"""Writes the promise plugins of a partition, which slapgrid runs, from the list that converge wrote."""
import ast
import json
import os
import pprint

import zc.buildout.easy_install

PLUGIN = '''# Made by slapos-mail. Do not edit.
import sys
sys.path[0:0] = %s

extra_config_dict = %s

from slapos_mail_promise.%s import RunPromise
'''


def write_promise_plugins(directory, eggs):
  """`eggs`: the folders of eggs. Plugins that are not on the list any more are removed.

  The recipe `slapos.cookbook:promise.plugin` would need a section of the profile for each plugin, of which buildout finds
  out each time which eggs it needs; that takes longer than all else that buildout does. Its plugins also load slapos.core
  again, which slapgrid has loaded from the same path, and slapgrid starts a process for each."""
  with open(os.path.join(directory, 'etc', 'promises.json'), encoding='utf-8') as stream:
    promises = json.load(stream)
  path = tuple(dict.fromkeys(
    egg.location for egg in zc.buildout.easy_install.working_set(['slapos-mail-promise'], eggs)))
  folder = os.path.join(directory, 'etc', 'plugin')
  os.makedirs(folder, exist_ok=True)
  plugins = {'%s.py' % name: promise for name, promise in promises.items()}
  for name in os.listdir(folder):
    # Slapgrid makes `__init__.py`.
    if name.endswith('.py') and not name.startswith('__') and name not in plugins:
      os.remove(os.path.join(folder, name))
  for name, promise in plugins.items():
    write(os.path.join(folder, name), PLUGIN % (
      pprint.pformat(path, indent=2), pprint.pformat(promise['config'], indent=2), promise['module']))


def write(path, text):
  """Slapgrid may read the old file at any time, so the new one replaces it in one step."""
  try:
    with open(path, encoding='utf-8') as stream:
      if stream.read() == text:
        return
  except FileNotFoundError:
    pass
  # It would fail only when slapgrid checks the promise.
  ast.parse(text)
  with open(path + '.new', 'w', encoding='utf-8') as stream:
    stream.write(text)
  os.rename(path + '.new', path)
