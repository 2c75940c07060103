/** Ledgers for tests: one example with everything in it, and arbitrary ones. */
import fc from 'fast-check';

import type { PublicationDigest } from '../../src/ledger/publication-digest.ts';
import { hashToken } from '../../src/ledger/token.ts';
import {
  type AccountRecord,
  type AccountSettings,
  type DomainRecord,
  emptyLedger,
  type Holder,
  type Ledger,
  type SendingLimits,
  usualSettings,
} from '../../src/ledger/types.ts';
import { fingerprint } from './fingerprint.ts';

export function accountOf(
  reference: string,
  address: string,
  more: Partial<AccountRecord> = {},
): AccountRecord {
  const [local = '', domain = ''] = address.split('@');
  return {
    address,
    holder: `shared:${reference}`,
    state: 'held',
    password: null,
    spellings: [],
    token: null,
    resetToken: null,
    mailbox: `${domain}/${local}/${encodeURIComponent(reference)}-00000000`,
    settings: usualSettings,
    forward: [],
    ...more,
  };
}

// Not that of `place.ts`, which reads files: this one is bundled for child processes too.

/** A small ledger with something in each of its files. */
export const exampleLedger: Ledger = {
  accounts: [
    accountOf('_alice', 'alice@example.com', { password: '{BLF-CRYPT}$2b$05$alice' }),
    accountOf('_bob one', 'bob@example.com', { token: hashToken('token-of-bob', '00'.repeat(16)) }),
    accountOf('_carol', 'carol@example.com', { state: 'released', password: '{BLF-CRYPT}$2b$05$carol' }),
  ],
  aliases: [
    {
      address: 'sales@example.com',
      holder: 'shared:_sales',
      destinations: ['bob@example.com', 'x@example.net'],
    },
    { address: 'a.lice@example.com', holder: 'shared:_alice', destinations: ['alice@example.com'] },
    { address: '@example.com', holder: 'shared:_rest', destinations: ['alice@example.com'] },
    { address: 'refused@example.com', holder: 'shared:_refused', destinations: [] },
  ],
  domains: [
    {
      domain: 'example.com',
      reference: '_domain one',
      password: 'password-of-example',
      verified: true,
      backend: { host: 'fd00::1', port: 10025, authentication: 'password', fingerprints: [] },
    },
    {
      domain: 'example.net',
      reference: '_net',
      password: null,
      verified: false,
      backend: {
        host: '192.0.2.1',
        port: 25,
        authentication: 'fingerprint',
        fingerprints: [fingerprint('AB'), fingerprint('CD')],
      },
    },
  ],
  ports: { smtp: { port: 10025, ipv4: true }, imap: { port: 10144, ipv4: false } },
  secrets: { 'monitor-password': 'monitor-secret' },
  answers: { 'mail-server-relay-example.com': { 'outbound-host': 'fd00::11', 'tls-fingerprints': ['AB'] } },
  requested: {
    'mail-server-relay-example.com': {
      softwareUrl: 'urn:slapos:mail-relay',
      softwareType: 'cluster',
      shared: true,
    },
  },
  published: {
    '': { kind: 'parameters', hash: 'digest-of-the-instance' },
    '_bob one': { kind: 'account', place: 'address-of-bob', token: 'token-of-bob', uses: null },
  },
  outbox: {
    _alice: {
      parameters: { address: 'alice@example.com', token: 'a: "token"\n' },
      digest: { kind: 'parameters', hash: 'd' },
      error: 'e',
    },
  },
};

/** A ledger with one account that has this password. */
export function ledgerWithPassword(password: string): Ledger {
  return { ...emptyLedger, accounts: [accountOf('_alice', 'alice@example.com', { password })] };
}

const word = fc.stringMatching(/^[!-9;-~]{1,12}$/);
const hash = fc.option(fc.stringMatching(/^sha256\$[0-9a-f]{4}\$[0-9a-f]{4}$/));
const password = fc.option(fc.stringMatching(/^\{X\}[A-Za-z0-9$./]{1,10}$/));
// References and request names come from the master: any text that UTF-8 can hold.
const reference = fc.string({ unit: 'grapheme', maxLength: 8 });
const address = fc.stringMatching(/^[a-z0-9]{1,3}@[ab]\.example$/);
const dictionary = <Value>(key: fc.Arbitrary<string>, value: fc.Arbitrary<Value>) =>
  fc.dictionary(key, value, { noNullPrototype: true });

const hashWord = fc.stringMatching(/^[0-9a-f]{1,8}$/);
export const anyDigest: fc.Arbitrary<PublicationDigest> = fc.oneof(
  fc.record({ kind: fc.constant('parameters' as const), hash: hashWord }),
  fc.record({
    kind: fc.constant('account' as const),
    place: hashWord,
    token: fc.option(hashWord),
    uses: fc.option(hashWord),
  }),
);

const limit = fc.nat({ max: 1_000_000_000 });
const settings: fc.Arbitrary<AccountSettings> = fc.record({
  mode: fc.constantFrom('normal', 'send-only', 'receive-only'),
  suspended: fc.constantFrom('no', 'keep-mail', 'refuse-mail'),
  mailboxSizeLimit: fc.option(fc.integer({ min: 1, max: 1_000_000_000 })),
  sendingLimits: fc
    .record(
      { messagesPerHour: limit, messagesPerDay: limit, recipientsPerHour: limit, recipientsPerDay: limit },
      { requiredKeys: [], noNullPrototype: true },
    )
    .map((limits: Partial<SendingLimits>) => (Object.keys(limits).length === 0 ? null : limits)),
});

const destinations = fc.uniqueArray(
  fc.constantFrom('x@foreign.example', "o'b@foreign.example", 'a@a.example'),
);
const aliases = fc.uniqueArray(
  fc.record({
    address: fc.stringMatching(/^[a-z]{0,2}@c\.example$/),
    holder: reference.map((text): Holder => `shared:${text}`),
    destinations,
  }),
  { selector: ({ address: name }) => name },
);

const account: fc.Arbitrary<AccountRecord> = fc
  .record({
    address,
    holder: fc.oneof(
      reference.map((text): Holder => `shared:${text}`),
      fc.constantFrom<Holder>('builtin:delivery-promise', 'builtin:test-account-a.example'),
    ),
    state: fc.constantFrom('held' as const, 'released' as const),
    password,
    spellings: fc.subarray([
      { form: 'nfd' as const, hash: '{CRYPT}$7$C6..../....a$b' },
      { form: 'windows' as const, hash: '{CRYPT}$7$C6..../....c$d' },
    ]),
    token: hash,
    resetToken: hash,
    mailbox: fc.stringMatching(/^[ab]\.example\/[a-z]{1,4}\/[A-Za-z0-9_-]{1,8}$/),
    settings,
    forward: fc.subarray(['x@foreign.example', 'y@foreign.example']),
    keepsCopy: fc.boolean(),
  })
  .map(({ keepsCopy, ...record }) => {
    const { address: own, forward } = record;
    return {
      ...record,
      // Of no password there are no forms.
      spellings: record.password === null ? [] : record.spellings,
      forward: keepsCopy && forward.length > 0 ? [own, ...forward] : forward,
    };
  });

const domainRecord: fc.Arbitrary<DomainRecord> = fc.record({
  domain: fc.stringMatching(/^[a-z0-9_-]{1,3}\.example$/),
  reference,
  password: fc.option(fc.stringMatching(/^[A-Za-z0-9_-]{1,32}$/)),
  verified: fc.boolean(),
  backend: fc.record({
    host: fc.constantFrom('fd00::1', '192.0.2.1', '::1'),
    port: fc.integer({ min: 1, max: 65535 }),
    authentication: fc.constantFrom('none', 'password', 'fingerprint'),
    fingerprints: fc.array(fc.constantFrom(...['AB', 'CD', '01'].map(fingerprint)), { maxLength: 3 }),
  }),
});

/** Any ledger: one holder an address at most. */
export const anyLedger: fc.Arbitrary<Ledger> = fc.record({
  aliases,
  accounts: fc
    .uniqueArray(account, { selector: ({ address: name, holder }) => `${name} ${holder}` })
    .map((accounts) => {
      const held = new Set<string>();
      return accounts.map((each): AccountRecord => {
        const isHeld = each.state === 'held' && !held.has(each.address);
        held.add(each.address);
        return { ...each, state: isHeld ? 'held' : 'released', forward: isHeld ? each.forward : [] };
      });
    }),
  domains: fc.uniqueArray(domainRecord, { selector: ({ domain }) => domain }),
  ports: dictionary(
    fc.stringMatching(/^[a-z]{1,6}$/),
    fc.record({ port: fc.integer({ min: 1, max: 65535 }), ipv4: fc.boolean() }),
  ),
  secrets: dictionary(fc.stringMatching(/^[a-z][a-z-]{0,8}$/), word),
  requested: dictionary(
    reference,
    fc.record({ softwareUrl: reference, softwareType: reference, shared: fc.boolean() }),
  ),
  answers: dictionary(reference, dictionary(reference, fc.string({ unit: 'grapheme' }))),
  published: dictionary(reference, anyDigest),
  outbox: dictionary(
    reference,
    fc.record(
      {
        parameters: dictionary(reference, fc.string({ unit: 'grapheme' })),
        digest: anyDigest,
        error: fc.string({ unit: 'grapheme' }),
        refusals: fc.integer({ min: 1, max: 99 }),
      },
      { requiredKeys: ['parameters', 'digest'], noNullPrototype: true },
    ),
  ),
});
