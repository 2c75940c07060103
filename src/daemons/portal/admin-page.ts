/** `GET /`: the landing page, and with `?admin` the table of accounts, for the holder of the admin password. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import type { AccountRecord } from '../../ledger/types.ts';
import { passesGuard } from './basic-auth.ts';
import type { AccountPortal } from './context.ts';
import { readLedger } from '../../ledger/store.ts';
import { accountState, accountStates } from './account-state.ts';
import { accountsPage } from './pages/accounts.ts';
import { landingPage } from './pages/landing.ts';
import { sendPage } from './pages/render.ts';
import { listedServices } from './pages/services.ts';

const guard = { secret: 'webmail-admin-password', realm: 'Mail accounts' } as const;

export function addAdminPage(app: FastifyInstance, portal: AccountPortal): void {
  app.get<{ Querystring: Record<string, unknown> }>('/', async (request, reply) => {
    if ('admin' in request.query) return sendAccounts(portal, request, reply);
    const { title } = portal.config.current;
    const { mailDomains, services, messageSize } = portal.pages();
    return sendPage(
      reply,
      landingPage({ title, mailDomains, services: listedServices(services), messageSize }),
    );
  });
}

async function sendAccounts(
  portal: AccountPortal,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  if (!(await passesGuard(portal, guard, request, reply))) return reply;
  const { accounts } = await readLedger(portal.store);
  const states = accountStates.map((state) => ({
    state,
    count: accounts.filter((account) => accountState(account) === state).length,
  }));
  const rows = accounts.map(accountRow).sort((left, right) => (left.address < right.address ? -1 : 1));
  return sendPage(reply, accountsPage({ title: portal.config.current.title, states, accounts: rows }));
}

/** Only what is listed here reaches the page: hashes of passwords and tokens do not. */
function accountRow(account: AccountRecord) {
  const [, kind = '', reference = ''] = /^([a-z]+):(.*)$/s.exec(account.holder) ?? [];
  const state = accountState(account);
  return {
    address: account.address,
    state,
    isActive: state === 'active',
    isWaiting: state === 'waiting for password',
    holder: kind === 'shared' ? reference : `${reference} (built in)`,
    mailbox: account.mailbox,
  };
}
