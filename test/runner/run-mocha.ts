/** Runs mocha on the files of its command line and says each result at once (see test-process.ts). */
import { format } from 'node:util';

import fc from 'fast-check';
import Mocha from 'mocha';

import type { Message } from './test-process.ts';

// The same cases for everybody; FC_SEED explores others.
fc.configureGlobal({ seed: Number(process.env['FC_SEED'] ?? 1) });

// Only messages go to standard output.
console.log = console.error;
const say = (message: Message) => process.stdout.write(`${JSON.stringify(message)}\n`);

/** Milliseconds from which on a hook's time is worth a line. */
const longHook = 5000;

// Nobody waits for the results any more.
process.stdin.resume().on('close', () => process.exit(1));

const [timeout = '', ...files] = process.argv.slice(2);
// The base of all reporters prints nothing itself.
const reporter = Mocha.reporters.Base;
const mocha = new Mocha({ forbidOnly: true, forbidPending: true, timeout: Number(timeout), reporter });
for (const file of files) mocha.addFile(file);
try {
  await mocha.loadFilesAsync();
} catch (error) {
  say({ kind: 'unloadable', reason: error instanceof Error ? (error.stack ?? '') : String(error) });
  process.exit(1);
}
say({ kind: 'tests', total: mocha.suite.total() });
if (process.env['SMT_COUNT_ONLY'] !== undefined) process.exit(1);
const failures = await new Promise<number>((resolve) => {
  const runner = mocha.run(resolve);
  runner.on('pass', (test) => {
    say({ kind: 'result', result: { path: test.titlePath(), milliseconds: test.duration ?? 0 } });
  });
  runner.on('hook end', (hook) => {
    const milliseconds = hook.duration ?? 0;
    if (milliseconds >= longHook) say({ kind: 'hook', title: hook.title, milliseconds });
  });
  runner.on('fail', (test, error: Error) => {
    const result = {
      path: test.titlePath(),
      milliseconds: test.duration ?? 0,
      failure: failureText(test, error),
      ...(test.title.startsWith('"after ') ? { afterwards: true as const } : {}),
    };
    say({ kind: 'result', result });
  });
});
// Not left to the event loop: what a test forgot to stop must not keep the run from ending.
process.exit(failures === 0 ? 0 : 1);

/** What mocha would print: title, message, difference, stack. */
function failureText(test: Mocha.Runnable, error: Error): string {
  const lines: string[] = [];
  const base = Mocha.reporters.Base as unknown as {
    consoleLog: (...args: unknown[]) => void;
    list(failed: readonly unknown[]): void;
  };
  base.consoleLog = (...args) => lines.push(format(...args));
  base.list([Object.assign(test, { err: error })]);
  return lines.join('\n').trim();
}
