/** People with accounts at `mail1.example.com`, the server of most tests: their addresses, passwords and mailboxes. */
import { eventually } from './eventually.ts';
import type { MailNode } from './mail-node.ts';
import { activate, type MailServer, messagesOf } from './mail-server.ts';
import type { SmtpLogin } from './smtp.ts';
import type { StandIn } from './smtp-stand-in.ts';

export const domain = 'mail1.example.com';
export const at = (local: string, of = domain): string => `${local}@${of}`;
export const passwordOf = (name: string): string => `${name}-secret`;
export const loginOf = (name: string, pass = passwordOf(name)): SmtpLogin => ({ user: at(name), pass });

/** Requests the server, whose mail for other domains goes to a stand-in for their servers. */
export function requestBehind(
  { host, port }: Pick<StandIn, 'host' | 'port'>,
  mail: MailNode,
  more: object = {},
): Promise<void> {
  return mail.request('mail1', {
    'mail-domains': [domain],
    'inbound-relay': { enable: false },
    'outbound-relay': { host, port },
    ...more,
  });
}

/** Sets the first password of each, at once: for a handful of them. */
export async function activateAll(mail: MailNode, names: readonly string[]): Promise<void> {
  await Promise.all(names.map((name) => activate(mail, 'mail1', name, passwordOf(name))));
}

export const mailOf = (server: MailServer, name: string, mailbox = 'INBOX'): Promise<string[]> =>
  messagesOf(server, at(name), passwordOf(name), mailbox);

/** The message with `text` in it, once it is in the mailbox. */
export function arrival(server: MailServer, name: string, text: string, mailbox = 'INBOX'): Promise<string> {
  return eventually(`"${text}" in ${mailbox} of ${name}`, async () =>
    (await mailOf(server, name, mailbox)).find((source) => source.includes(text)),
  );
}
