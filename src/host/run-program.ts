/** Runs a program of the stack to its end. */
import { execFile } from 'node:child_process';

import { OperatorError } from '../errors.ts';

/** Standard output of the program; throws OperatorError with the end of its standard error. */
export function runProgram(
  program: string,
  args: readonly string[],
  options: { env?: NodeJS.ProcessEnv; /** Milliseconds until it is ended. */ timeout?: number } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { ...options, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (!error) return resolve(stdout);
      const reason =
        stderr.trim().split('\n').slice(-3).join(' ') || (error.killed ? 'it does not end' : error.message);
      reject(new OperatorError(`${program} failed: ${reason}`));
    });
  });
}
