import { logFile } from '../kit/log-file.ts';

export type Log = (text: string) => void;

/** Characters of one line of output that are kept. */
const maxLineLength = 2000;

/** A log of lines that begin with the ISO time. */
export function openLog(path: string): Log {
  const file = logFile(path);
  return (text) => {
    const isLong = text.length > maxLineLength;
    const shown = isLong ? `${text.slice(0, maxLineLength)}… (${text.length} characters)` : text;
    file.write(`${new Date().toISOString()} ${shown}\n`);
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
      // A command may write without end and without line ends.
      if (rest.length > maxLineLength) {
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
