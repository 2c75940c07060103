import { join } from 'node:path';

/** Absolute paths of a node. Names are short: a unix socket's path has 107 bytes at most. */
export interface NodeLayout {
  readonly directory: string;
  readonly slaposCfg: string;
  /** The `slapos` command of this node, which knows its configuration. */
  readonly slapos: string;
  /** What bangs partitions whose services end. */
  readonly watchdog: string;
  /** The Node.js that the instances' programs find first in PATH. */
  readonly nodeProgram: string;
  readonly binDirectory: string;
  readonly softwareRoot: string;
  readonly instanceRoot: string;
  readonly proxyDatabase: string;
  readonly logDirectory: string;
  readonly runDirectory: string;
  readonly proxyPidFile: string;
  readonly supervisordPidFile: string;
  readonly venv: string;
}

/** Where things are below `directory`. `venv`: a virtual environment that several nodes share. */
export function nodeLayout(directory: string, venv = join(directory, 'venv')): NodeLayout {
  const runDirectory = join(directory, 'run');
  const instanceRoot = join(directory, 'inst');
  return {
    directory,
    slaposCfg: join(directory, 'slapos.cfg'),
    slapos: join(directory, 'bin/slapos'),
    watchdog: join(directory, 'bin/slapos-watchdog'),
    nodeProgram: join(directory, 'bin/node'),
    binDirectory: join(directory, 'bin'),
    softwareRoot: join(directory, 'soft'),
    instanceRoot,
    proxyDatabase: join(directory, 'proxy.db'),
    logDirectory: join(directory, 'log'),
    runDirectory,
    proxyPidFile: join(runDirectory, 'slapproxy.pid'),
    supervisordPidFile: join(instanceRoot, 'var/run/supervisord.pid'),
    venv,
  };
}

/** SlapOS's own name for partition number `index`. */
export const partitionId = (index: number): string => `slappart${index}`;
