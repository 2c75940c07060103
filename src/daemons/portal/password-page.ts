/**
 * `/password.php`: sets a password with a set-up token, or changes it with the current one.
 *
 * No protection against cross-site requests is needed: the portal has no cookie and no session, a browser adds
 * nothing to a form that another site makes it send, and without the token or the current password, which such a site
 * does not have, the form does nothing.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { accountNamed } from '../../ledger/account-name.ts';
import { readLedger } from '../../ledger/store.ts';
import { canonicalDomain } from '../../names/mail-domain.ts';
import { type AccountPortal, clientOf } from './context.ts';
import { loggedUser } from './logged-fields.ts';
import type { Way } from './metrics.ts';
import { type FormState, passwordDonePage, passwordPage } from './pages/password.ts';
import { sendPage } from './pages/render.ts';
import { listedServices } from './pages/services.ts';
import { changePassword, type Outcome, setPasswordByToken } from './password-change.ts';
import { passwordProblem } from './facts/password-rules.ts';

type Result = Outcome | 'refused' | 'limited';

interface Fields {
  user: string;
  token: string;
  currentPassword: string;
  password: string;
  /** Null when the field was not sent: programs do not repeat a password, people do. */
  repeated: string | null;
  by: Way;
}

const denials: Record<Way, string> = {
  token:
    'The address and the set-up code do not fit together, or the code was used already. Open the newest link that you were given, or ask whoever manages your mail for another one.',
  'current-password': 'The address and the current password do not fit together.',
};

const statuses = { refused: 422, limited: 429, denied: 403 } as const;
const faults = { refused: 'password', limited: null, denied: 'proof' } as const;

export function addPasswordPage(app: FastifyInstance, portal: AccountPortal): void {
  app.get('/password.php', async (request, reply) => sendForm(portal, reply, readFields(request), null));

  app.post('/password.php', async (request, reply) => {
    const fields = readFields(request);
    if (fields.password === '') return sendForm(portal, reply, fields, null);
    const log = (sentence: string) => request.log.info(sentence);
    const { result, problem, retryAfter } = await attempt({ ...portal, log }, clientOf(request), fields);
    const user = loggedUser(fields.user, portal.pages().mailDomains);
    request.log.info({ client: clientOf(request), user, by: fields.by, result }, 'password');
    if (result === 'updated') {
      portal.metrics.countPassword(fields.by);
      const { title } = portal.config.current;
      const { webmailUrl, services, messageSize } = portal.pages();
      const page = { title, user: fields.user, webmailUrl, services: listedServices(services), messageSize };
      return sendPage(reply, passwordDonePage(page));
    }
    portal.metrics.countFailure(result);
    if (retryAfter !== undefined) void reply.header('Retry-After', `${retryAfter}`);
    return sendForm(portal, reply, fields, { result, problem });
  });
}

async function attempt(
  portal: AccountPortal & { log: (sentence: string) => void },
  client: string,
  fields: Fields,
): Promise<{ result: Result; problem: string; retryAfter?: number }> {
  const { token, password, currentPassword, repeated, by } = fields;
  // Failures at all addresses of an account count together.
  const user = accountNamed(await readLedger(portal.store), fields.user)?.address ?? fields.user;
  // First what is wrong with the new password itself: it says nothing about secrets, so it does not count as a guess.
  const refusal =
    passwordProblem(password, user, by === 'token' ? token.trim() : '') ??
    (repeated !== null && repeated !== password ? 'The two passwords are not the same.' : null);
  if (refusal !== null) return { result: 'refused', problem: refusal };

  const retryAfter = await portal.limits.begin(client, user);
  if (retryAfter !== null) {
    const minutes = Math.ceil(retryAfter / 60);
    const problem = `Too many attempts failed. Try again in ${minutes} minute${minutes === 1 ? '' : 's'}.`;
    return { result: 'limited', problem, retryAfter };
  }
  let result: Outcome | null = null;
  try {
    result =
      by === 'token'
        ? await setPasswordByToken(portal, { user, token, password })
        : await changePassword(portal, { user, currentPassword, password });
  } finally {
    if (result !== 'denied') await portal.limits.forgive(client, user);
  }
  return { result, problem: denials[by] };
}

/** A posted field goes before the query's; secrets other than the link's token are never read from a query. */
function readFields({ body, query }: FastifyRequest): Fields {
  const posted = textField(body);
  const linked = textField(query);
  const repeated = posted('password-repeated');
  return {
    user: canonicalUser((posted('user') ?? linked('user') ?? '').trim()),
    token: posted('token') ?? linked('token') ?? '',
    currentPassword: canonicalPassword(posted('current-password') ?? ''),
    password: canonicalPassword(posted('password') ?? ''),
    repeated: repeated === null ? null : canonicalPassword(repeated),
    by: posted('current-password') === null ? 'token' : 'current-password',
  };
}

/** In lower case, its domain with A-labels. */
function canonicalUser(written: string): string {
  const at = written.lastIndexOf('@') + 1;
  const domain = written.slice(at);
  return written.slice(0, at).toLowerCase() + (canonicalDomain(domain) ?? domain.toLowerCase());
}

/** A character that can be typed in several ways (é, or e and an accent) counts as the same in all of them. */
function canonicalPassword(written: string): string {
  return written.normalize('NFC');
}

/** Reads fields of a form; of a field that stands twice, the first. */
function textField(form: unknown): (name: string) => string | null {
  const values = new Map(Object.entries(form ?? {}));
  return (name) => {
    const value: unknown = values.get(name);
    const first: unknown = Array.isArray(value) ? value[0] : value;
    return typeof first === 'string' ? first : null;
  };
}

function sendForm(
  portal: AccountPortal,
  reply: FastifyReply,
  { user, token, by }: Fields,
  failure: { result: Exclude<Result, 'updated'>; problem: string } | null,
): FastifyReply {
  const isChange = by === 'current-password';
  const form: FormState = {
    title: portal.config.current.title,
    user,
    token,
    problem: failure?.problem ?? null,
    isChange,
    fault: failure ? faults[failure.result] : null,
    hasLink: token !== '' && !isChange,
  };
  return sendPage(reply.code(failure ? statuses[failure.result] : 200), passwordPage(form));
}
