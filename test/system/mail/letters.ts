/** What the tests of one mail server share: who there is, and how a letter is sent and found. */
import { expect } from 'chai';
import PostalMime, { type Email } from 'postal-mime';

import type { MailServer } from '../../support/system/mail-server.ts';
import { arrival, loginOf } from '../../support/system/people.ts';
import { type Envelope, sendBy } from '../../support/system/smtp.ts';

export const accounts = ['alice', 'bob', 'carol', 'dave', 'full'];
export const stranger = 'stranger@elsewhere.example';
/** Of the server; a client on 127.0.0.1 has another one, so that it does not count as the server itself. */
export const ipv4 = '127.82.0.25';

/** What a message comes to that `name` submits, or somebody who does not log in. */
export const from = (server: MailServer, name: string | null, envelope: Envelope): Promise<string> =>
  sendBy(server.smtp, envelope, name === null ? {} : { login: loginOf(name) });

/** Sends a message with this subject, which must come to `accepted`, and gives it as `reader` finds it. */
export async function letterOf(
  server: MailServer,
  reader: string,
  subject: string,
  send: (subject: string) => Promise<string>,
  mailbox = 'INBOX',
): Promise<Email & { source: string }> {
  expect(await send(subject)).to.equal('accepted');
  const source = await arrival(server, reader, `Subject: ${subject}`, mailbox);
  return { ...(await PostalMime.parse(source)), source };
}

export const header = ({ headers }: Email, key: string): string | undefined =>
  headers.find((one) => one.key === key)?.value;
