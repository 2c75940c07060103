/** SMTP word by word: what a client sends is exactly what a test says. */
import type { TlsIdentity } from '../../../src/local-node/stand-ins/self-signed-identity.ts';
import { connectLines, type Endpoint, type LineClient } from './line-client.ts';

export interface SmtpLogin {
  user: string;
  pass: string;
}

export interface SmtpOptions {
  login?: SmtpLogin;
  /** A client certificate. */
  identity?: TlsIdentity;
  /** Address to connect from. */
  from?: string;
}

export interface Envelope {
  /** Without angle brackets; empty for the null sender. */
  sender: string;
  recipients: readonly string[];
  /** Lines end with CRLF or LF; dots are not stuffed. */
  message?: string;
}

const reply = /^\d{3} /;

/** A session after STARTTLS, EHLO and, if `login` is given, AUTH PLAIN. Throws with the server's answer when one is refused. */
export async function openSmtp(
  endpoint: Endpoint,
  { login, identity, from }: SmtpOptions = {},
): Promise<LineClient> {
  const client = await connectLines(endpoint, from);
  try {
    await expectReply(client.until(reply), '220');
    await expectReply(client.command('EHLO client.example', reply), '250');
    await expectReply(client.command('STARTTLS', reply), '220');
    await client.secure(identity);
    await expectReply(client.command('EHLO client.example', reply), '250');
    if (login) {
      const secret = Buffer.from(`\0${login.user}\0${login.pass}`).toString('base64');
      await expectReply(client.command(`AUTH PLAIN ${secret}`, reply), '235');
    }
    return client;
  } catch (error) {
    client.close();
    throw error;
  }
}

/**
 * What a message came to: `accepted`, or the verb whose answer ended it and that answer, such as
 * `RCPT 550 5.1.1 …`. Refusals of single recipients among several are left to openSmtp.
 */
export async function sendBy(endpoint: Endpoint, envelope: Envelope, options?: SmtpOptions): Promise<string> {
  const client = await openSmtp(endpoint, options);
  try {
    return await deliver(client, envelope);
  } finally {
    client.close();
  }
}

let subjects = 0;

/** Sends a message with a subject of its own, which it returns. Throws when the message is not accepted. */
export async function sendAccepted(
  endpoint: Endpoint,
  sender: string,
  recipient: string,
  options?: SmtpOptions,
): Promise<string> {
  subjects += 1;
  const subject = `message ${subjects}.`;
  const message = `From: <${sender}>\r\nSubject: ${subject}\r\n\r\nhello\r\n`;
  const result = await sendBy(endpoint, { sender, recipients: [recipient], message }, options);
  if (result !== 'accepted') throw new Error(`from <${sender}> to <${recipient}>: ${result}`);
  return subject;
}

export async function deliver(
  client: LineClient,
  { sender, recipients, message }: Envelope,
): Promise<string> {
  const steps = [
    ['MAIL', `MAIL FROM:<${sender}>`, '250'],
    ...recipients.map((recipient) => ['RCPT', `RCPT TO:<${recipient}>`, '250']),
    ['DATA', 'DATA', '354'],
  ] as const;
  for (const [verb, line, good] of steps) {
    const answer = lastLine(await client.command(line ?? '', reply));
    if (!answer.startsWith(good ?? '')) return `${verb} ${answer}`;
  }
  const text = message ?? 'Subject: test\r\n\r\nhello\r\n';
  client.write(text.replace(/\r?\n/g, '\r\n'));
  const answer = lastLine(await client.command('.', reply));
  return answer.startsWith('250') ? 'accepted' : `END ${answer}`;
}

async function expectReply(answering: Promise<string>, code: string): Promise<void> {
  const answer = lastLine(await answering);
  if (!answer.startsWith(code)) throw new Error(answer);
}

function lastLine(answer: string): string {
  return answer.trimEnd().split('\n').at(-1)?.trimEnd() ?? '';
}
