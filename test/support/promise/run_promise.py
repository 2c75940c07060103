"""Runs a promise with stand-ins for SlapOS' classes: run_promise.py FOLDER MODULE CONFIG-JSON. Prints a JSON list of what it logs."""
import importlib
import json
import sys
import types

log = []


class Logger:
  def info(self, message, *values):
    log.append({'level': 'info', 'message': message % values})

  def error(self, message, *values):
    log.append({'level': 'error', 'message': message % values})


class GenericPromise:
  logger = Logger()

  def __init__(self, config):
    self.config = config

  def getConfig(self, key, default=None):
    return self.config.get(key, default)

  def setPeriodicity(self, minutes):
    assert minutes > 0

  def allowBang(self, allow=True):
    pass


def module(name, **attributes):
  sys.modules[name] = types.ModuleType(name)
  vars(sys.modules[name]).update(attributes)


for package in ('slapos', 'slapos.grid', 'zope'):
  module(package)
module('slapos.grid.promise', interface=types.SimpleNamespace(IPromise=None))
module('slapos.grid.promise.generic', GenericPromise=GenericPromise)
module('zope.interface', implementer=lambda _interface: lambda promise: promise)

folder, name, config = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
# Names that slapos.core 1.21 gives values to itself: it refuses a promise that is configured with one of them.
RESERVED = {'computer-id', 'debug', 'log-folder', 'master-url', 'name', 'partition-cert', 'partition-folder', 'partition-id',
            'partition-key', 'path', 'promise-timeout', 'queue', 'slapgrid-version'}
assert not RESERVED & set(config), 'reserved: %s' % (RESERVED & set(config))
sys.path.insert(0, folder)
importlib.import_module('slapos_mail_promise.' + name).RunPromise(config).sense()
print(json.dumps(log))
