"""Writes what partitions take from the software folder: instance.cfg, programs.json, facts.json, links to eggs."""
import json
import os
import re
import subprocess

import zc.recipe.egg
from zc.buildout import UserError

OLDEST_NODE = (20, 19)


def write_partition_profile(buildout, release):
  """`release`: the unpacked tarball. Programs and facts come from the profile's stack layer."""
  programs = buildout['programs']
  packages = buildout['packages']
  without_package = sorted(set(programs) ^ set(packages))
  if without_package:
    raise UserError('%s: in only one of [programs] and [packages]; write it in both' % ', '.join(without_package))
  check_node(programs['node'], packages['node'])

  software = buildout['buildout']['directory']
  write_json(software, 'programs.json', {
    name: {'path': programs[name], 'package': packages[name]} for name in programs})
  write_json(software, 'facts.json', dict(buildout['facts']))
  with open(os.path.join(release, 'partition', 'instance.cfg.in')) as stream:
    profile = stream.read()
  values = {
    'software': software,
    'release': release,
    'node': programs['node'],
    'software-release': buildout['slapos-mail']['software-release'],
  }
  for name, value in values.items():
    profile = profile.replace('@%s@' % name, value)
  write(software, 'instance.cfg', profile)
  link_eggs(buildout, release)


def link_eggs(buildout, release):
  """Makes the eggs known offline: zc.buildout 6 does not see those that it installed itself (folders `x.egg` with a
  `.dist-info` in them), unless develop-eggs has a link to each; and so become those of the promises, which come with
  the release."""
  eggs, links = (buildout['buildout'][name] for name in ('eggs-directory', 'develop-eggs-directory'))
  _requirements, working_set = zc.recipe.egg.Eggs(buildout, 'eggs', buildout['eggs']).working_set()
  installed = {dist.project_name + '.egg-link': dist.location for dist in working_set
               if os.path.dirname(dist.location) == eggs}
  installed['slapos-mail-promise.egg-link'] = os.path.join(release, 'promise')
  for name in os.listdir(links):
    # One of an earlier version of the release.
    if name.endswith('.egg-link') and name not in installed:
      os.remove(os.path.join(links, name))
  for name, location in installed.items():
    write(links, name, location + '\n.')


def check_node(path, package):
  """The generator runs on Node.js; every other program it checks itself, at each processing."""
  oldest = '.'.join(map(str, OLDEST_NODE))
  try:
    answer = subprocess.run([path, '--version'], stdout=subprocess.PIPE, check=True).stdout.decode()
  except (OSError, subprocess.CalledProcessError):
    raise UserError('%s: missing or not runnable; install package %s, version %s or later' % (path, package, oldest))
  version = tuple(map(int, re.findall(r'\d+', answer)[:2]))
  if version < OLDEST_NODE:
    raise UserError('%s: version %s is too old; install package %s, version %s or later'
                    % (path, answer.strip(), package, oldest))


def write_json(directory, name, value):
  write(directory, name, json.dumps(value, indent=2, sort_keys=True) + '\n')


def write(directory, name, text):
  """Partitions may read the old file at any time, so the new one replaces it in one step."""
  path = os.path.join(directory, name)
  with open(path + '.new', 'w') as stream:
    stream.write(text)
  os.rename(path + '.new', path)
