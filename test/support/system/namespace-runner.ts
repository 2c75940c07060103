/** Runs one test file inside a namespace and prints each result as a line of JSON (see in-namespace.ts). */
import Mocha from 'mocha';

import type { InsideResult } from './in-namespace.ts';

// Only results go to standard output.
console.log = console.error;
const report = (result: InsideResult) => process.stdout.write(`${JSON.stringify(result)}\n`);

// The base of all reporters prints nothing itself.
const reporter = Mocha.reporters.Base;
const mocha = new Mocha({ forbidOnly: true, forbidPending: true, timeout: 600_000, reporter });
mocha.addFile(process.argv[2] ?? '');
await mocha.loadFilesAsync();
const failures = await new Promise<number>((resolve) => {
  const runner = mocha.run(resolve);
  let began = Date.now();
  const told = (title: string) => {
    console.error(`${((Date.now() - began) / 1000).toFixed(1)} s  ${title}`);
    began = Date.now();
  };
  runner.on('pass', ({ title }) => {
    told(title);
    report({ title, error: null });
  });
  runner.on('fail', ({ title }, error: Error) => {
    told(`FAILED ${title}: ${error.message}`);
    report({ title, error: error.stack ?? error.message });
  });
});
process.exit(failures === 0 ? 0 : 1);
