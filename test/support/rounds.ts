/** What round number N of the killed runs writes: everything in it says N. */
import { emptyLedger, type Ledger } from '../../src/ledger/types.ts';
import type { RenderedFile } from '../../src/render/files.ts';
import { accountOf } from './ledgers.ts';

export function filesOf(round: number): RenderedFile[] {
  const line = `round-${round} ${'x'.repeat(round % 50)}y\n`;
  return [
    { path: 'etc/main.cf', mode: 0o600, content: line, reload: 'postfix' },
    { path: 'etc/mailboxes', mode: 0o600, content: line, table: true },
    { path: 'etc/senders', mode: 0o600, content: line, table: true },
  ];
}

export function ledgerOf(round: number): Ledger {
  if (round === 0) return emptyLedger;
  return {
    accounts: [accountOf('_alice', 'alice@example.com', { password: `{X}${round}` })],
    aliases: [{ address: 'a@example.com', holder: 'shared:_a', destinations: [`${round}@example.com`] }],
    domains: [
      {
        domain: 'example.com',
        reference: '_domain',
        password: `p${round}`,
        verified: true,
        backend: { host: 'fd00::1', port: round, authentication: 'password', fingerprints: [] },
      },
    ],
    ports: { smtp: { port: 10000 + round, ipv4: true } },
    secrets: { round: String(round) },
    requested: {},
    answers: { relay: { 'outbound-host': `fd00::${round}` } },
    published: { '': { kind: 'parameters', hash: `digest-${round}` } },
    outbox: {
      _alice: {
        parameters: { token: `token-${round}` },
        digest: { kind: 'parameters', hash: `digest-${round}` },
      },
    },
  };
}
