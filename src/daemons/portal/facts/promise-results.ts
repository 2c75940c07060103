/** What slapgrid last found out about the partition's promises: `.slapgrid/promise/result/<title>.status.json`. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface PromiseResult {
  title: string;
  failed: boolean;
  message: string;
  /** When the promise was last run; null when the file does not tell. */
  date: Date | null;
}

/** Results by title, none before the first run. A file that cannot be read counts as a failed promise. */
export async function readPromiseResults(partition: string): Promise<PromiseResult[]> {
  const folder = join(partition, '.slapgrid/promise/result');
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const results = names
    .filter((name) => name.endsWith('.status.json'))
    .sort()
    .map(async (name) => {
      const text = await readFile(join(folder, name), 'utf8').catch(() => '');
      return parsePromiseResult(name.slice(0, -'.status.json'.length), text);
    });
  return Promise.all(results);
}

/** One result as slapos.core 1.21 writes it (slapos/grid/promise/generic.py, PromiseQueueResult). */
function parsePromiseResult(title: string, text: string): PromiseResult {
  try {
    const { result } = JSON.parse(text) as { result: { failed: unknown; date: unknown; message: unknown } };
    // slapgrid writes `+0000`, which is no time zone of ISO 8601.
    const date = new Date(`${result.date}`.replace(/\+0000$/, 'Z'));
    return {
      title,
      failed: result.failed !== false,
      message: typeof result.message === 'string' ? result.message : '',
      date: Number.isNaN(date.getTime()) ? null : date,
    };
  } catch {
    return { title, failed: true, message: 'The result of this promise cannot be read.', date: null };
  }
}
