/** Asks mail servers, by a few connections to each, which are used again. One that is away keeps nobody waiting. */
import {
  type Asker,
  type Backend,
  type BackendSession,
  type Envelope,
  openBackendSession,
} from './backend-session.ts';
import { unanswered, type Verdict, verdictOf } from './smtp-replies.ts';

/** A verdict, and the size of message for which it holds. */
export type Answer = { verdict: Verdict; size: number };

export interface BackendQuestions {
  ask(backend: Backend, envelope: Envelope, size: { needed: number; wanted: number }): Promise<Answer>;
}

/** To one server at a time; Postfix delivers by twenty. */
const maxSessions = 5;
/** Milliseconds for which a server that could not be asked is left alone. */
const quietTime = 3_000;

interface Pool {
  open: number;
  idle: { session: BackendSession; timer: NodeJS.Timeout }[];
  waiting: (() => void)[];
  away: { until: number; problem: string };
}

/** Milliseconds. */
export interface BackendTimes {
  /** For which an unused connection is kept. */
  idle: number;
  /** After which an answer is not waited for: Postfix serves a limited number of clients at a time. */
  patience: number;
}

export function backendQuestions(
  asker: () => Promise<Asker>,
  { idle: idleTime, patience }: BackendTimes = { idle: 5_000, patience: 20_000 },
): BackendQuestions {
  const pools = new Map<string, Pool>();

  function keep({ idle }: Pool, session: BackendSession): void {
    const timer = setTimeout(() => {
      const at = idle.findIndex((each) => each.session === session);
      if (at !== -1) idle.splice(at, 1);
      session.close();
    }, idleTime);
    timer.unref();
    idle.push({ session, timer });
  }

  async function tried<Result>(
    pool: Pool,
    session: BackendSession,
    use: (session: BackendSession) => Promise<Result>,
  ): Promise<Result> {
    try {
      return await use(session);
    } finally {
      if (session.isUsable) keep(pool, session);
      else session.close();
    }
  }

  async function withSession<Result>(
    backend: Backend,
    use: (session: BackendSession) => Promise<Result>,
  ): Promise<Result> {
    const key = `${backend.host} ${backend.port}`;
    const pool = pools.get(key) ?? { open: 0, idle: [], waiting: [], away: { until: 0, problem: '' } };
    pools.set(key, pool);
    while (pool.open >= maxSessions) await new Promise<void>((resolve) => pool.waiting.push(resolve));
    if (pool.away.until > Date.now()) {
      pool.waiting.shift()?.();
      throw new Error(pool.away.problem);
    }
    pool.open += 1;
    try {
      const kept = takeIdle(pool);
      // It may have hung up meanwhile.
      const result = kept === null ? null : await tried(pool, kept, use).catch(() => null);
      return result ?? (await tried(pool, await openBackendSession(backend, await asker()), use));
    } catch (error) {
      const problem = (error as Error).message;
      pool.away = { until: Date.now() + quietTime, problem };
      console.error(`the mail server [${backend.host}]:${backend.port} cannot be asked: ${problem}`);
      throw error;
    } finally {
      pool.open -= 1;
      pool.waiting.shift()?.();
      if (pool.open === 0 && pool.idle.length === 0 && pool.away.until < Date.now()) pools.delete(key);
    }
  }

  return {
    async ask(backend, envelope, size) {
      try {
        const answer = withSession(backend, async (session): Promise<Answer> => {
          const { reply, size: asked } = await session.ask(envelope, size);
          return { verdict: reply.code < 300 ? { kind: 'taken' } : verdictOf(reply), size: asked };
        });
        return await within(patience, answer);
      } catch (error) {
        return { verdict: unanswered((error as Error).message), size: 0 };
      }
    },
  };
}

async function within<Result>(time: number, result: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const end = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('it does not answer in time')), time);
  });
  return Promise.race([result, end]).finally(() => clearTimeout(timer));
}

function takeIdle({ idle }: Pool): BackendSession | null {
  for (let next = idle.pop(); next; next = idle.pop()) {
    clearTimeout(next.timer);
    if (next.session.isUsable) return next.session;
    next.session.close();
  }
  return null;
}
