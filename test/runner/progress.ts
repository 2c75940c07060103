/** What a run says while it works: who is at which test, every half minute; each test with SMT_VERBOSE. */
import { lineOf } from './report.ts';
import type { Message } from './test-process.ts';

export interface Progress {
  /** `title` begins; the function takes what it says. */
  follow(title: string): (message: Message) => void;
  end(title: string): void;
  stop(): void;
}

const interval = 30_000;

/** `total`: how many groups there are. */
export function startProgress(total: number): Progress {
  const began = performance.now();
  const running = new Map<string, { done: number; tests: number }>();
  let begun = 0;
  const timer = setInterval(() => {
    const places = [...running].map(([title, { done, tests }]) => `${title} ${done}/${tests}`);
    const seconds = ((performance.now() - began) / 1000).toFixed(0);
    console.log(`… ${seconds} s: ${places.join(', ')}; ${total - begun} to begin`);
  }, interval);
  return {
    follow(title) {
      begun += 1;
      const place = { done: 0, tests: 0 };
      running.set(title, place);
      return (message) => {
        if (message.kind === 'tests') place.tests = message.total;
        if (message.kind !== 'result') return;
        place.done += 1;
        if (process.env['SMT_VERBOSE'] !== undefined) console.log(`${title}: ${lineOf(message.result)}`);
      };
    },
    end: (title) => void running.delete(title),
    stop: () => clearInterval(timer),
  };
}
