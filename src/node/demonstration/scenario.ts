/** The scenario that the design began with (ARCHITECTURE.md, chapter 4): mail1 with alice and bob. */
import { OperatorError } from '../../errors.ts';
import type { LocalNode } from '../local-node.ts';
import type { MailAccount, MailService } from './mailbox.ts';
import { type Passwords, setPassword } from './passwords.ts';

export interface Scenario {
  softwareUrl: string;
  title: string;
  parameters: object;
  /** Names of people: each has a shared instance of that name. */
  people: readonly string[];
  domain: string;
}

export function scenario(softwareUrl: string): Scenario {
  const domain = 'mail1.example.com';
  return {
    softwareUrl,
    title: 'mail1',
    // Nobody is in front of this server: it has no relay.
    parameters: { 'mail-domains': [domain], 'inbound-relay': { enable: false } },
    people: ['alice', 'bob'],
    domain,
  };
}

const softwareType = 'default';

/** Requests the server and its accounts; what is there is only asked about. */
export async function requestAll(node: LocalNode, wanted: Scenario): Promise<void> {
  await requestServer(node, wanted);
  for (const person of wanted.people) await requestAccount(node, wanted, person);
}

export async function requestServer(
  node: LocalNode,
  { softwareUrl, title, parameters }: Scenario,
): Promise<Readonly<Record<string, unknown>>> {
  return connectionOf(await node.request({ softwareUrl, softwareType, name: title, parameters }), title);
}

export async function requestAccount(
  node: LocalNode,
  { softwareUrl, domain }: Scenario,
  person: string,
): Promise<Readonly<Record<string, unknown>>> {
  const parameters = { address: `${person}@${domain}` };
  const answer = await node.request({ softwareUrl, softwareType, name: person, shared: true, parameters });
  return connectionOf(answer, person);
}

/** Everybody's account; passwords that are not known yet are set through the set-up links. */
export async function peopleWithPasswords(
  node: LocalNode,
  wanted: Scenario,
  known: Passwords,
): Promise<MailAccount[]> {
  const accounts: MailAccount[] = [];
  for (const person of wanted.people) {
    const { address, 'setup-url': link, error } = await requestAccount(node, wanted, person);
    if (typeof address !== 'string' || typeof link !== 'string') {
      throw new OperatorError(
        `the account of ${person} was not made: ${String(error ?? 'nothing published yet')}`,
      );
    }
    accounts.push({ address, password: known[address] ?? (await setPassword(link)) });
  }
  return accounts;
}

/** The published endpoints. */
export function mailServiceOf(connection: Readonly<Record<string, unknown>>): MailService {
  const port = (key: string) => Number(connection[key]);
  return {
    host: String(connection['imap-smtp-ipv6']),
    smtpPort: port('smtp-port'),
    imapPort: port('imap-port'),
  };
}

function connectionOf(
  answer: Awaited<ReturnType<LocalNode['request']>>,
  name: string,
): Readonly<Record<string, unknown>> {
  if (answer.state === 'ready') return answer.connection;
  throw new OperatorError(`${name}: ${answer.reason}`);
}
