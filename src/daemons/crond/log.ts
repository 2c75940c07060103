import { appendFileSync } from 'node:fs';

export type Log = (text: string) => void;

/** Characters of one line of output that are kept. */
const longest = 2000;

/**
 * A log that appends one line with the ISO time at each call. The file is opened anew for each line, so that it may be
 * rotated at any time; without a file, or when it cannot be written, lines go to standard error.
 */
export function openLog(file: string | undefined): Log {
  return (text) => {
    const shown = text.length > longest ? `${text.slice(0, longest)}… (${text.length} characters)` : text;
    const line = `${new Date().toISOString()} ${shown}\n`;
    try {
      if (file === undefined) process.stderr.write(line);
      else appendFileSync(file, line);
    } catch (error) {
      process.stderr.write(`${line}${String(error)}\n`);
    }
  };
}

/** Cuts a stream of output into lines for `log`; `end` gives out the last one, when it has no line end. */
export function lineSplitter(log: Log): { write: (chunk: string) => void; end: () => void } {
  let rest = '';
  return {
    write(chunk) {
      const lines = (rest + chunk).split(/\r?\n/);
      rest = lines.pop() ?? '';
      for (const line of lines) log(line);
      // A command that never ends its line must not fill the memory.
      if (rest.length > longest) {
        log(rest);
        rest = '';
      }
    },
    end() {
      if (rest !== '') log(rest);
      rest = '';
    },
  };
}
