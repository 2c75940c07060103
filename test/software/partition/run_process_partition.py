"""Runs software/partition/process_partition.py: run_process_partition.py FILE BUILDOUT-JSON OPTIONS-JSON."""
import json
import runpy
import sys
import types


class UserError(Exception):
  pass


def working_set(requirements, folders):
  """As where several eggs share a folder."""
  return [types.SimpleNamespace(location=location) for location in (*folders, "/it's of " + requirements[0], *folders)]


sys.modules['zc'] = types.ModuleType('zc')
sys.modules['zc.buildout'] = types.SimpleNamespace(UserError=UserError)
sys.modules['zc.buildout.easy_install'] = types.SimpleNamespace(working_set=working_set)
sys.modules['zc'].buildout = sys.modules['zc.buildout']
sys.modules['zc.buildout'].easy_install = sys.modules['zc.buildout.easy_install']
process_partition = runpy.run_path(sys.argv[1])['process_partition']
try:
  process_partition(json.loads(sys.argv[2]), json.loads(sys.argv[3]))
except UserError as error:
  # As buildout does.
  sys.exit('Error: %s' % error)
