/** Messages per second from the world through a relay into mailboxes; measured inside a namespace (see throughput/). */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { prepareMachine } from '../../src/local-node/setup/prepare-machine.ts';
import { preparation } from '../../src/local-node/namespace/private.ts';
import { makeRunFolder } from '../support/system/run-folder.ts';
import type { Row } from './table.ts';

const inside = fileURLToPath(new URL('throughput/inside.ts', import.meta.url));
const unshare = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];

/** Needs root, because it makes a network namespace. Progress goes to standard error. */
export async function benchRelayThroughput(): Promise<Row[]> {
  const { layout } = await prepareMachine({ forTests: true });
  const folder = await makeRunFolder(layout.venv);
  const node = [process.execPath, '--import', import.meta.resolve('tsx')];
  const command = [...unshare, ...preparation, ...node, inside];
  const output: Buffer[] = [];
  try {
    const child = spawn('unshare', command, {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...folder.environment },
    });
    child.stdout.on('data', (part: Buffer) => output.push(part));
    const code = await new Promise((resolve) => child.once('close', resolve));
    if (code !== 0) throw new Error('the measurement ended early; its output is above');
  } finally {
    folder.remove();
  }
  return JSON.parse(Buffer.concat(output).toString()) as Row[];
}
