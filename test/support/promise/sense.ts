/** Runs promises of software/promise as slapgrid would, without SlapOS: what a promise logs is what it says. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export interface PromiseLine {
  level: 'info' | 'error';
  message: string;
}

const runner = fileURLToPath(new URL('run_promise.py', import.meta.url));
const promises = fileURLToPath(new URL('../../../software/promise/', import.meta.url));

/** The one line that the promise logs; throws when it logs none or several. */
export async function sense(promise: string, config: Record<string, string>): Promise<PromiseLine> {
  const { stdout } = await promisify(execFile)(
    'python3',
    ['-B', runner, promises, promise, JSON.stringify(config)],
    { timeout: 20_000 },
  );
  const lines = JSON.parse(stdout) as PromiseLine[];
  const [line] = lines;
  if (line === undefined || lines.length !== 1)
    throw new Error(`${promise} logged ${String(lines.length)} lines: ${stdout}`);
  return line;
}
