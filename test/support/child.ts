/** Processes of tests: scripts of test/support/children, which may be killed. */
import { spawn } from 'node:child_process';
import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

import type { LedgerStore } from '../../src/ledger/store.ts';

const tsx = import.meta.resolve('tsx');

export interface Child {
  /** Resolves when a line of its output is `line`; rejects when it ends before. */
  said: (line: string) => Promise<void>;
  /** All of its output, once it has ended. */
  end: () => Promise<string>;
  /** Ends it with SIGKILL, and waits until it is gone. */
  kill: () => Promise<void>;
}

export interface ChildOptions {
  /** Bytes; a write beyond fails like one on a full disk. */
  maximalFileSize?: number;
}

/** Starts `test/support/children/<name>.ts`, or a bundle of one: an absolute path. */
export function startChild(name: string, args: readonly string[], options: ChildOptions = {}): Child {
  const program = name.startsWith('/') ? [name] : ['--import', tsx, scriptOf(name)];
  const command = [process.execPath, ...program, ...args];
  // In blocks of 512 bytes (POSIX); tsx must not want to write its cache meanwhile.
  const limit = `ulimit -f ${Math.floor((options.maximalFileSize ?? 0) / 512)}; exec "$@"`;
  const [executable = '', ...rest] =
    options.maximalFileSize === undefined ? command : ['/bin/sh', '-c', limit, 'sh', ...command];
  const child = spawn(executable, rest, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...(options.maximalFileSize === undefined ? {} : { TSX_DISABLE_CACHE: '1' }) },
  });
  let output = '';
  const waiting: (() => void)[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      waiting.forEach((look) => look());
    });
  }
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  return {
    said: (line) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (output.split('\n').includes(line)) resolve();
        };
        waiting.push(look);
        look();
        void ended.then(() => reject(new Error(`${name} ended without saying "${line}":\n${output}`)));
      }),
    end: async () => {
      await ended;
      return output;
    },
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** The script as one file in `folder`, for a process that must start quickly: its path. */
export async function bundleChild(name: string, folder: string): Promise<string> {
  const outfile = join(folder, `${name}.mjs`);
  await build({
    entryPoints: [scriptOf(name)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire('/');" },
  });
  return outfile;
}

function scriptOf(name: string): string {
  return fileURLToPath(new URL(`children/${name}.ts`, import.meta.url));
}

/** Lets the lock of a process that is gone look as it does after ten seconds, when the next one may take it. */
export async function ageLock({ folder }: LedgerStore): Promise<void> {
  const long = new Date(Date.now() - 60_000);
  await utimes(`${folder}.lock`, long, long).catch((error: NodeJS.ErrnoException) => {
    // Not every process holds it when it is killed.
    if (error.code !== 'ENOENT') throw error;
  });
}
