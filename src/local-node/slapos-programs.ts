import { join } from 'node:path';
import type { NodeLayout } from './layout.ts';

/**
 * The node's `slapos` command: that of slapos.core, with this node's configuration and this node's watchdog.
 * slapos.core 1.21 itself looks for a watchdog in /opt/slapos only. Its imports lead to zc.buildout, which loads pip to
 * change how it reads package indexes: a quarter of the command's start, and nothing that this process does.
 */
export function renderSlaposProgram(layout: NodeLayout): string {
  return `${heading(layout)}
import logging, os, sys
os.environ.setdefault('SLAPOS_CONFIGURATION', '${layout.slaposCfg}')
os.environ.setdefault('SLAPOS_CLIENT_CONFIGURATION', '${layout.slaposCfg}')
logging.getLogger('zc.buildout.patches').setLevel(logging.ERROR)
sys.modules['pip._internal'] = None
import slapos.grid.slapgrid
del sys.modules['pip._internal']
slapos.grid.slapgrid.WATCHDOG_PATH = '${layout.watchdog}'
from slapos.cli.entry import main
sys.exit(main())
`;
}

/**
 * The watchdog, which supervisord runs: it bangs a partition (asks the master to process it again) when one of its
 * services ends. slapos.core's own watchdog fails at slapproxy's timestamps, which have a fraction, and supervisord
 * would restart it for ever.
 */
export function renderWatchdog(layout: NodeLayout): string {
  return `${heading(layout)}
import builtins
from slapos.grid import watchdog
watchdog.int = lambda text: builtins.float(text) if '.' in text else builtins.int(text)
watchdog.main()
`;
}

const heading = ({ venv }: NodeLayout): string => `#!${join(venv, 'bin/python')}
# Generated at each start of the node, do not edit.
import warnings
warnings.filterwarnings('ignore', message='pkg_resources is deprecated')`;
