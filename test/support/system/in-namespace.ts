/**
 * Tests in a network, mount and process namespace of their own: addresses and ports that nobody else has, name servers
 * of their own, and no process that outlives them. Needs root. The file of the tests is loaded twice: here, where each
 * test only waits for its result, and by `namespace-runner.ts` inside, where they run. SMT_VERBOSE shows its progress.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { preparation } from '../../../src/local-node/namespace/private.ts';

/** One line of the runner's output. */
export interface InsideResult {
  title: string;
  /** Message and stack; null for a test that passed. */
  error: string | null;
}

export interface InsideHooks {
  it(title: string, test: () => Promise<void> | void): void;
  before(hook: () => Promise<void>): void;
  after(hook: () => Promise<void>): void;
}

/** Set for the runner's process. */
export const insideMark = 'SMT_INSIDE_NAMESPACE';

const runner = fileURLToPath(new URL('namespace-runner.ts', import.meta.url));
const unshare = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];

/** Like `describe`; `file` is the test file's `import.meta.url`. Titles are unique within it. */
export function describeInNamespace(title: string, file: string, body: (hooks: InsideHooks) => void): void {
  if (process.env[insideMark] !== undefined) {
    describe(title, () => {
      body({ it, before, after });
    });
    return;
  }
  describe(title, function () {
    this.timeout(600_000);
    let inside: Inside;
    before(() => {
      inside = start(fileURLToPath(file));
    });
    after(async () => {
      await inside.ended;
      // A hook that fails after the last test takes no test's result with it.
      const [failed] = inside.hookFailures();
      if (failed !== undefined) throw new Error(failed);
    });
    body({
      it: (name) =>
        it(name, async () => {
          const { error } = await inside.result(name);
          if (error !== null) throw new Error(error);
        }),
      before: () => undefined,
      after: () => undefined,
    });
  });
}

interface Inside {
  /** Rejects when it ends without this test's result. */
  result(title: string): Promise<InsideResult>;
  /** `title: error` of each hook that failed there. */
  hookFailures(): string[];
  ended: Promise<void>;
}

function start(file: string): Inside {
  const node = [process.execPath, '--import', import.meta.resolve('tsx')];
  const command = [...unshare, ...preparation, ...node, runner, file];
  const child: ChildProcess = spawn('unshare', command, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, [insideMark]: '1' },
  });
  const results = new Map<string, InsideResult>();
  const waiting: (() => void)[] = [];
  let said = '';
  child.stderr?.on('data', (text: Buffer) => {
    said += text.toString();
    if (process.env['SMT_VERBOSE'] !== undefined) process.stderr.write(text);
  });
  if (child.stdout) {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const result = JSON.parse(line) as InsideResult;
      results.set(result.title, result);
      waiting.forEach((look) => look());
    });
  }
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const hookFailures = () =>
    [...results.values()]
      .filter(({ title }) => /^"(before|after) (all|each)" hook/.test(title))
      .map(({ title, error }) => `${title}: ${error}`);
  return {
    ended,
    hookFailures,
    result: (title) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const result = results.get(title);
          if (result) resolve(result);
        };
        waiting.push(look);
        look();
        void ended.then(() => {
          const why = hookFailures().join('\n');
          reject(new Error(`the namespace ended without this test's result\n${why}\n${said.slice(-4000)}`));
        });
      }),
  };
}
