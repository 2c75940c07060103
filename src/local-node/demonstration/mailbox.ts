/** A person's mail client: sends by submission, receives by IMAP. */
import { setTimeout as delay } from 'node:timers/promises';

import { ImapFlow } from 'imapflow';
import { createTransport } from 'nodemailer';

import { strangerAddress } from './world.ts';

export interface MailAccount {
  address: string;
  password: string;
}

export interface Message {
  to: string;
  subject: string;
  text: string;
}

/** Address and ports of a mail server, as published. */
export interface MailService {
  host: string;
  smtpPort: number;
  imapPort: number;
}

// The certificates are self-signed and change at each rotation.
const tls = { rejectUnauthorized: false };
/** Milliseconds until a message must have arrived. */
const timeout = 30_000;

/** The mail service in the connection parameters of a mail server. */
export function mailServiceOf(published: Readonly<Record<string, unknown>>): MailService {
  return {
    host: String(published['imap-smtp-ipv6']),
    smtpPort: Number(published['smtp-port']),
    imapPort: Number(published['imap-port']),
  };
}

export async function sendMessage(
  { host, smtpPort }: MailService,
  from: MailAccount,
  message: Message,
): Promise<void> {
  const transport = createTransport({
    host,
    port: smtpPort,
    name: `${from.address.replace(/@.*/, '')}.laptop`,
    localAddress: strangerAddress(),
    requireTLS: true,
    tls,
    auth: { user: from.address, pass: from.password },
  });
  try {
    await transport.sendMail({ from: from.address, ...message });
  } finally {
    transport.close();
  }
}

/** Waits until the message with this subject is in the inbox, and returns its source. */
export async function receiveMessage(
  { host, imapPort }: MailService,
  { address, password }: MailAccount,
  subject: string,
): Promise<Uint8Array> {
  const client = new ImapFlow({
    host,
    port: imapPort,
    tls,
    auth: { user: address, pass: password },
    logger: false,
  });
  await client.connect();
  try {
    await client.mailboxOpen('INBOX');
    for (const deadline = Date.now() + timeout; Date.now() < deadline; await delay(200)) {
      await client.noop();
      const found = await client.search({ header: { subject } });
      const [first] = found ? found : [];
      const message = first === undefined ? false : await client.fetchOne(String(first), { source: true });
      if (message && message.source) return message.source;
    }
    throw new Error(`no message "${subject}" for ${address} within ${timeout / 1000} seconds`);
  } finally {
    await client.logout().catch(() => undefined);
  }
}
