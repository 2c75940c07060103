/**
 * Whether the mail server behind the relay would take a message, asked while its sender is connected: for each recipient
 * with the size that the client declares, and at the end of the message with its real size. A recipient that was taken
 * is believed for a minute, and for as many bytes as the server was asked for.
 */
import type { Attributes } from '../kit/policy-server.ts';
import { openMessages } from '../kit/open-messages.ts';
import { asResolved, joinAddress, splitAddress } from '../kit/quoted-address.ts';
import type { Answer, BackendQuestions } from './backend-questions.ts';
import type { Backend } from './backend-session.ts';
import type { TenantIndex } from './tenant-index.ts';
import type { Verdict } from './smtp-replies.ts';

/** Contexts of Postfix' questions: a recipient; the same when it passed all that was asked; the end of a message. */
export const recipientContexts = ['recipient', 'taken', 'end'] as const;
export type RecipientContext = (typeof recipientContexts)[number];

export interface RecipientPolicy {
  /** Postfix action (access(5)). */
  answer(context: RecipientContext, attributes: Attributes): Promise<string>;
}

export interface RecipientPolicyOptions {
  index: () => Promise<TenantIndex>;
  /** Where mail to an address ends, lower case: that of the postmaster of the node is another one. */
  endOf?: (recipient: string) => Promise<string>;
  /** Whether mail for a domain, lower case, that is not relayed (any more) is to be refused; without it none is. */
  isGone?: (domain: string) => boolean;
  backends: BackendQuestions;
  /** Milliseconds since the epoch. */
  clock?: () => number;
}

interface Question {
  backend: Backend;
  /** Unquoted; empty for bounces. */
  sender: string;
  /** Unquoted. */
  recipient: string;
}

interface Belief {
  until: number;
  /** Bytes that the server would take. */
  room: number;
}

/** Milliseconds. */
const believedFor = 60_000;
/** Milliseconds that a client takes from the first recipient of a message to its end, at most. */
const longestMessage = 3_600_000;
const maxBeliefs = 50_000;
/** What this node and the servers behind it add to a message: Received and the like. */
const added = 1_024;
/** More than a message needs, so that the next ones need no question; less where there is not so much room. */
const extras = [16 * 1024 * 1024, 256 * 1024, 0];
const forgotten = '451 4.3.0 the recipients are not known any more; try again';
const gone = '550 5.1.2 mail for this domain is not taken here any more';
const notYet = '450 4.3.0 mail for this domain cannot be taken yet; try again later';

export function recipientPolicy({
  index,
  endOf = (recipient) => Promise.resolve(recipient),
  isGone = () => false,
  backends,
  clock = Date.now,
}: RecipientPolicyOptions): RecipientPolicy {
  const beliefs = new Map<string, Belief>();
  const asking = new Map<string, Promise<Verdict>>();
  /** Null: a recipient about whom no mail server behind this node is asked. */
  const messages = openMessages<Question | null>();
  const startedAt = clock();

  async function questionOf(attributes: Attributes): Promise<Question | null> {
    const recipient = await endOf(asResolved(attributes('recipient')));
    const domain = domainOf(recipient);
    const tenant = (await index()).byDomain.get(domain);
    return tenant === undefined
      ? null
      : {
          backend: tenant.backend,
          sender: attributes('sender'),
          recipient: `${recipient.slice(0, recipient.lastIndexOf('@'))}@${domain}`,
        };
  }

  /** Servers treat bounces in a way of their own; otherwise one sender is believed to be as good as another. */
  const keyOf = ({ backend, sender, recipient }: Question) =>
    `${backend.host} ${backend.port} ${sender === '' ? 'bounce' : 'mail'} ${recipient}`;
  const isBelieved = (key: string, size: number) => {
    const belief = beliefs.get(key);
    return belief !== undefined && belief.until > clock() && belief.room >= size;
  };

  /** Whether a message of `size` bytes would be taken. */
  async function verdictFor(question: Question, size: number): Promise<Verdict> {
    const key = keyOf(question);
    if (isBelieved(key, size)) return { kind: 'taken' };
    // Many may ask at the same time: one asks for all.
    const running = asking.get(key);
    if (running !== undefined) {
      const verdict = await running;
      if (verdict.kind !== 'taken' && !verdict.ofSize) return verdict;
      return verdictFor(question, size);
    }
    const answer = ask(question, key, size).finally(() => asking.delete(key));
    asking.set(key, answer);
    return answer;
  }

  async function ask(question: Question, key: string, needed: number): Promise<Verdict> {
    const sender = splitAddress(question.sender);
    const recipient = splitAddress(question.recipient);
    if (recipient === null) return { kind: 'refused', ofSize: false, action: '550 5.1.3 this is no address' };
    const envelope = {
      sender: sender === null ? '' : joinAddress(sender),
      recipient: joinAddress(recipient),
    };
    let answer: Answer | undefined;
    for (const extra of extras) {
      answer = await backends.ask(question.backend, envelope, { needed, wanted: needed + extra });
      if (answer.verdict.kind === 'taken' || !answer.verdict.ofSize || answer.size === needed) break;
    }
    if (answer === undefined) throw new Error('no question was asked');
    beliefs.delete(key);
    if (answer.verdict.kind === 'taken')
      beliefs.set(key, { until: clock() + believedFor, room: answer.size });
    for (const oldest of beliefs.keys()) {
      if (beliefs.size <= maxBeliefs) break;
      beliefs.delete(oldest);
    }
    return answer.verdict;
  }

  async function atEnd(attributes: Attributes): Promise<string> {
    const known = messages.take(attributes('instance'));
    // Postfix asks nothing about `postmaster` without a domain, and takes it.
    if (known !== null && known.length < Number(attributes('recipient_count'))) return 'DUNNO';
    // One recipient alone is named once more. Several were forgotten when this process was started anew in the middle of the
    // message; or none of them was asked about, as for `postmaster` in two spellings.
    if (known === null && attributes('recipient') === '')
      return clock() - startedAt < longestMessage ? forgotten : 'DUNNO';
    const questions = (known ?? [await questionOf(attributes)]).filter((question) => question !== null);
    if (questions.length === 0) return 'DUNNO';
    const size = Number(attributes('size')) + added;
    const verdicts = await Promise.all(
      questions.map(async (question) => {
        const verdict = await verdictFor(question, size);
        const belief = beliefs.get(keyOf(question));
        if (verdict.kind === 'taken' && belief !== undefined) belief.room -= size;
        return verdict;
      }),
    );
    // Where one takes it the message goes its way; for others it waits, or is returned.
    if (verdicts.some(({ kind }) => kind === 'taken')) return 'DUNNO';
    return actionOf(verdicts.find(({ kind }) => kind === 'later') ?? verdicts[0]);
  }

  return {
    async answer(context, attributes) {
      if (context === 'end') return atEnd(attributes);
      const question = await questionOf(attributes);
      if (question === null) {
        const written = attributes('recipient');
        if (context === 'recipient') return isGone(domainOf(asResolved(written))) ? gone : 'DUNNO';
        // Postfix knows the domain and this process does not, unless whoever runs the node has his mail elsewhere.
        if ((await endOf(written)) === written) return notYet;
        messages.add(attributes('instance'), null);
        return 'DUNNO';
      }
      if (context === 'recipient')
        return actionOf(await verdictFor(question, Number(attributes('size')) + added));
      messages.add(attributes('instance'), question);
      return 'DUNNO';
    },
  };
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase();
}

function actionOf(verdict: Verdict | undefined): string {
  return verdict === undefined || verdict.kind === 'taken' ? 'DUNNO' : verdict.action;
}
