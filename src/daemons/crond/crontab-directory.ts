import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** A file of the directory: its text, or why it cannot be read. */
export type CrontabFile = { readonly text: string } | { readonly problem: string };

/** Of a crontab that is read. */
const maxBytes = 1024 * 1024;

/**
 * Reads every crontab of `directory` by file name. Hidden files and those that end in `~` are left out: they are what
 * editors and atomic writers have half done. Throws the file system's error when the directory cannot be read.
 */
export function readCrontabs(directory: string): Map<string, CrontabFile> {
  const crontabs = new Map<string, CrontabFile>();
  for (const name of readdirSync(directory).sort()) {
    if (name.startsWith('.') || name.endsWith('~')) continue;
    const file = readCrontab(join(directory, name));
    if (file !== undefined) crontabs.set(name, file);
  }
  return crontabs;
}

function readCrontab(path: string): CrontabFile | undefined {
  try {
    const status = statSync(path);
    if (!status.isFile()) return undefined;
    if (status.size > maxBytes) return { problem: `it is larger than ${maxBytes} bytes` };
    return { text: readFileSync(path, 'utf8') };
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return missing ? undefined : { problem: error instanceof Error ? error.message : String(error) };
  }
}
