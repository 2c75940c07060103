import { join } from 'node:path';
import type { NodeLayout } from './layout.ts';

/**
 * The node's `slapos` command: slapos.core's own with two things set, this node's configuration and its watchdog,
 * which slapos.core 1.21 looks for in /opt/slapos and nowhere else.
 */
export function renderSlaposProgram(layout: NodeLayout): string {
  return `${heading(layout)}
import os, sys
os.environ.setdefault('SLAPOS_CONFIGURATION', '${layout.slaposCfg}')
os.environ.setdefault('SLAPOS_CLIENT_CONFIGURATION', '${layout.slaposCfg}')
import slapos.grid.slapgrid
slapos.grid.slapgrid.WATCHDOG_PATH = '${layout.watchdog}'
from slapos.cli.entry import main
sys.exit(main())
`;
}

/**
 * The watchdog that supervisord runs to bang a partition one of whose services ended. slapproxy's time stamps have a
 * fraction, at which slapos.core's own watchdog fails; supervisord would start it again and again, for ever.
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
