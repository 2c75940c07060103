"""Makes the promise plugins that buildout wrote cheaper to run."""
import ast
import glob
import os
import pprint
import re

# The folders of eggs that a generated promise plugin adds to Python's path.
PLUGIN_PATH = re.compile(r'^(sys\.path\[0:0\] = )(\(.*?\))$', re.M | re.S)
# It forgets the modules of slapos.core and loads them again, from the path that slapgrid has them from already.
PLUGIN_RELOAD = re.compile(r'^(?:#.*\n)*for module in list\(sys\.modules\):\n.*\n +del sys\.modules\[module\]\n', re.M)


def lighten_promise_plugins(directory):
  """Slapgrid runs each plugin in a process of its own, so what a plugin does before its promise is done for each of
  them. The recipe that writes plugins has them do two things in vain, which take two thirds of that time: a folder is
  named once for each egg in it, and slapos.core is loaded again."""
  for path in glob.glob(os.path.join(glob.escape(directory), 'etc', 'plugin', '*.py')):
    with open(path, encoding='utf-8') as stream:
      text = stream.read()
    light = PLUGIN_RELOAD.sub('', PLUGIN_PATH.sub(
      lambda match: match[1] + pprint.pformat(tuple(dict.fromkeys(ast.literal_eval(match[2]))), indent=2), text))
    if light == text:
      continue
    with open(path + '.new', 'w', encoding='utf-8') as stream:
      stream.write(light)
    os.chmod(path + '.new', os.stat(path).st_mode & 0o777)
    os.rename(path + '.new', path)
