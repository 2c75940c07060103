/** The log of a daemon. */
import { appendFileSync } from 'node:fs';

export interface LogFile {
  /** Appends a line, which brings its line end. */
  write(line: string): void;
}

/**
 * The file is opened for each line: when it was rotated by renaming, the log goes on in a new one. A full disk costs
 * lines, which go to standard error, and never the service.
 */
export function logFile(path: string): LogFile {
  return {
    write(line) {
      try {
        appendFileSync(path, line, { mode: 0o600 });
      } catch (error) {
        process.stderr.write(`${line}${(error as Error).message}\n`);
      }
    },
  };
}
