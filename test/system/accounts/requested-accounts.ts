/** A mail server of which accounts are asked for: what its tests ask it, on a node of its own. */
import { type MailNode, startMailNode } from '../../support/system/mail-node.ts';
import { canLogIn, endpointsOf, type MailServer } from '../../support/system/mail-server.ts';
import { openSmtp } from '../../support/system/smtp.ts';

export const domain = 'mail1.example.com';
export const at = (local: string): string => `${local}@${domain}`;

export interface Accounts {
  mail: MailNode;
  server: MailServer;
  /** What is published as its token. */
  token(name: string): Promise<string>;
  /** By IMAP. `local`: its local part. */
  logsIn(local: string, password: string): Promise<boolean>;
  /** Whether `user` may log in to send; throws for any other failure. */
  submits(user: string, password: string): Promise<boolean>;
}

/** `requested`: reference and parameters of the accounts that are there from the beginning. */
export async function startAccounts(requested: Readonly<Record<string, object>>): Promise<Accounts> {
  const mail = await startMailNode();
  try {
    await mail.request('mail1');
    for (const [name, parameters] of Object.entries(requested))
      await mail.requestAccount('mail1', name, parameters);
    await mail.settle();
    const server = endpointsOf(await mail.published('mail1'));
    return {
      mail,
      server,
      token: async (name) => String((await mail.published(name))['token']),
      logsIn: (local, password) => canLogIn(server, at(local), password),
      async submits(user, pass) {
        try {
          (await openSmtp(server.smtp, { login: { user, pass } })).close();
          return true;
        } catch (error) {
          if (error instanceof Error && error.message.startsWith('535')) return false;
          throw error;
        }
      },
    };
  } catch (error) {
    await mail.stop();
    throw error;
  }
}
