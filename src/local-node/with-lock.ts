import { lock } from 'proper-lockfile';
import { OperatorError } from '../errors.ts';

/**
 * Runs `work` while this process holds the lock of `directory` for this `purpose`. Waits up to three minutes for the
 * lock, then throws OperatorError.
 */
export async function withLock<Result>(
  directory: string,
  purpose: string,
  work: () => Promise<Result>,
): Promise<Result> {
  let release: () => Promise<void>;
  try {
    release = await lock(directory, {
      lockfilePath: `${directory}/.${purpose}.lock`,
      retries: { retries: 180, factor: 1, minTimeout: 1000, maxTimeout: 1000 },
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ELOCKED') throw error;
    throw new OperatorError(
      `Node ${directory}: another run has used it for more than three minutes; wait until that run ends`,
    );
  }
  try {
    return await work();
  } finally {
    await release();
  }
}
