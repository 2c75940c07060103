import { join } from 'node:path';

/** Absolute paths of a node. The names are short, because the path of a unix socket has at most 107 bytes. */
export interface NodeLayout {
  readonly directory: string;
  readonly slaposCfg: string;
  /** The `slapos` command of this node, which uses this node's configuration. */
  readonly slapos: string;
  /** The program that bangs (asks the master to process again) a partition when one of its services ends. */
  readonly watchdog: string;
  /** The Node.js that programs of instances find first in PATH. */
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

/** The paths of the node in `directory`. `venv` is given when several nodes share a virtual environment. */
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
