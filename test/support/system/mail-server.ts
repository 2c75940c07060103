/** What a requester can do with a mail server, at the addresses that it published. */
import { ImapFlow } from 'imapflow';
import { Agent, request } from 'undici';

import { worksWithin } from './eventually.ts';
import type { Endpoint } from './line-client.ts';
import { readMailbox } from './mailbox-reader.ts';
import type { MailNode } from './mail-node.ts';

export interface MailServer {
  imap: Endpoint;
  imaps: Endpoint;
  smtp: Endpoint;
  sieve: Endpoint;
  passwordUrl: string;
}

const agent = new Agent({ connect: { rejectUnauthorized: false } });

export function endpointsOf(published: Readonly<Record<string, unknown>>): MailServer {
  const at = (key: string): Endpoint => ({
    host: String(published['imap-smtp-ipv6']),
    port: Number(published[key]),
  });
  return {
    imap: at('imap-port'),
    imaps: at('imaps-port'),
    smtp: at('smtp-port'),
    sieve: at('sieve-port'),
    passwordUrl: String(published['password-url']),
  };
}

export interface WebAnswer {
  status: number;
  body: string;
  headers: Record<string, string | string[] | undefined>;
}

/** GET, or POST of `form`; any certificate will do. */
export async function fetchPage(
  url: string,
  form?: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<WebAnswer> {
  const type = { 'content-type': 'application/x-www-form-urlencoded' };
  const answer = await request(url, {
    dispatcher: agent,
    ...(form === undefined
      ? { headers }
      : { method: 'POST', headers: { ...headers, ...type }, body: new URLSearchParams(form).toString() }),
  });
  return { status: answer.statusCode, body: await answer.body.text(), headers: answer.headers };
}

/**
 * POST to `password-url`, as requesters' scripts do it; true exactly when it says that it was updated. With
 * `currentPassword` it is that which proves who asks, and not the token.
 */
export async function setPassword(
  { passwordUrl }: MailServer,
  user: string,
  token: unknown,
  password: string,
  currentPassword?: string,
): Promise<boolean> {
  const proof =
    currentPassword === undefined ? { token: String(token) } : { 'current-password': currentPassword };
  const { status, body } = await fetchPage(passwordUrl, { user, password, ...proof });
  return status === 200 && body.includes('Password updated successfully');
}

/** Sets the password of an account with the token that it published, and waits until it may log in. */
export async function activate(node: MailNode, host: string, name: string, password: string): Promise<void> {
  const { address, token } = await node.published(name);
  const server = endpointsOf(await node.published(host));
  const user = String(address);
  if (!(await setPassword(server, user, token, password))) {
    throw new Error(`the password of ${user} could not be set`);
  }
  await worksWithin(`login of ${user}`, 2000, () => canLogIn(server, user, password));
}

/** A client of imapflow that is not connected yet. */
export function imapClient({ host, port }: Endpoint, user: string, pass: string, secure = true): ImapFlow {
  const client = new ImapFlow({
    host,
    port,
    secure,
    ...(secure ? {} : { doSTARTTLS: true }),
    auth: { user, pass },
    logger: false,
    disableAutoIdle: true,
    tls: { rejectUnauthorized: false },
  });
  // An 'error' event without a listener would end the process.
  client.on('error', () => undefined);
  return client;
}

/** Whether IMAP takes the login. Throws when it cannot be asked. */
export async function canLogIn({ imaps }: MailServer, user: string, password: string): Promise<boolean> {
  const client = imapClient(imaps, user, password);
  try {
    await client.connect();
    await client.logout();
    return true;
  } catch (error) {
    client.close();
    if ((error as { authenticationFailed?: boolean }).authenticationFailed) return false;
    throw error;
  }
}

/** Sources of all messages in a mailbox. */
export const messagesOf = (
  { imaps }: MailServer,
  user: string,
  password: string,
  mailbox = 'INBOX',
): Promise<string[]> =>
  readMailbox(
    [imaps.host, imaps.port, user, password].join(' '),
    () => imapClient(imaps, user, password),
    mailbox,
  );
