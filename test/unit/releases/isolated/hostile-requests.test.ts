/** For ten seconds each: whatever somebody writes into a request, nothing throws and what others get stays as it was. */
import { expect } from 'chai';
import fc from 'fast-check';

import { RequesterError } from '../../../../src/errors.ts';
import { emptyLedger, type Ledger } from '../../../../src/ledger/types.ts';
import type { ReleaseDefinition } from '../../../../src/releases/definition.ts';
import { mailServer } from '../../../../src/releases/mail-server.ts';
import { relayCluster } from '../../../../src/releases/relay-cluster.ts';
import { relayNode } from '../../../../src/releases/relay-node.ts';
import { decodeParameters } from '../../../../src/slap/json-parameter.ts';
import type { RequestedInstance } from '../../../../src/validate/requested.ts';
import { fingerprint } from '../../../support/fingerprint.ts';
import { hostileJson, hostileReference } from '../../../support/hostile-json.ts';
import { runIsolated, sharedRequest } from '../../../support/isolated-run.ts';
import { answers, topology } from '../../../support/relay-run.ts';

const milliseconds = 10_000;
const limits: fc.Parameters<unknown> = { numRuns: 1_000_000, interruptAfterTimeLimit: milliseconds };

const account = {
  address: 'mallory@example.com',
  'reset-token': 'a-token-of-mallory',
  mode: 'full',
  suspended: 'no',
  'mailbox-size-limit': 10,
  'sending-limits': { 'messages-per-hour': 3, 'recipients-per-day': 5 },
  aliases: ['mal@example.com', 'lory@example.com'],
  forward: { destinations: ['mallory@elsewhere.example'], 'keep-copy': true },
};
const alias = {
  kind: 'alias',
  address: 'all@example.com',
  destinations: ['alice@example.com', 'x@y.example'],
};
const domain = {
  name: 'mallory.example',
  'mail-server-host': 'fd00::66',
  'mail-server-port': 10025,
  authentication: 'fingerprint',
  fingerprints: [fingerprint('66')],
  applied: { fingerprints: [fingerprint('11')] },
};

const instances: readonly {
  what: string;
  definition: ReleaseDefinition;
  parameters: object;
  good: Readonly<Record<string, object>>;
  examples: readonly object[];
}[] = [
  {
    what: 'a mail server',
    definition: mailServer,
    parameters: { 'mail-domains': ['example.com', 'other.example'], 'inbound-relay': { enable: false } },
    good: {
      _alice: { address: 'alice@example.com' },
      _bob: { address: 'bob@example.com', aliases: ['bo@example.com'], 'reset-token': 'a-token-of-bob' },
      _team: { kind: 'alias', address: 'team@example.com', destinations: ['alice@example.com'] },
    },
    examples: [account, alias],
  },
  {
    what: 'a relay cluster',
    definition: relayCluster,
    parameters: { topology },
    good: {
      _one: { name: 'one.example', 'mail-server-host': 'fd00::1' },
      _two: { ...domain, name: 'two.example' },
      _three: { name: 'three.example', 'mail-server-host': 'fd00::3', authentication: 'password' },
    },
    examples: [domain],
  },
];

/** Without the addresses that lead to an account: an alias of somebody else may be one. */
const ownPart = (told: string | undefined) => told?.replace(/,"addresses":\[[^\]]*\]/, '');

const typeOf = ({ softwareTypes: [softwareType = ''] }: ReleaseDefinition) => softwareType;

for (const { what, definition, parameters, good, examples } of instances) {
  describe(`a hostile request to ${what}`, () => {
    const requested = (more: RequestedInstance['sharedRequests']): RequestedInstance => ({
      softwareType: typeOf(definition),
      parameters,
      sharedRequests: [
        ...Object.entries(good).map(([reference, each]) => sharedRequest(reference, JSON.stringify(each))),
        ...more,
      ],
    });
    let ledger: Ledger;
    const process = (more: RequestedInstance['sharedRequests']) =>
      runIsolated(definition, requested(more), answers, ledger);

    it('throws nowhere, and changes nothing that others are told', function () {
      this.timeout(6 * milliseconds);
      // To hash the password of a new account takes longer than all the rest.
      const { accounts } = runIsolated(definition, { ...requested([]), sharedRequests: [] }, answers);
      ledger = { ...emptyLedger, accounts };
      const alone = process([]);
      const hostile = fc.uniqueArray(fc.tuple(hostileReference, hostileJson(examples)), {
        minLength: 1,
        maxLength: 3,
        selector: ([reference]) => reference,
      });
      fc.assert(
        fc.property(hostile, (requests) => {
          const { published, faults } = process(requests.map((each) => sharedRequest(...each)));
          expect(faults).to.deep.equal([]);
          for (const reference of Object.keys(good)) {
            expect(ownPart(published.get(reference)), reference).to.equal(
              ownPart(alone.published.get(reference)),
            );
          }
          for (const [reference] of requests) expect(published.has(reference), reference).to.equal(true);
        }),
        limits,
      );
    });
  });
}

describe('hostile parameters of an instance', () => {
  const all: readonly (readonly [ReleaseDefinition, object])[] = [
    [
      mailServer,
      {
        ...{ 'mail-domains': ['example.com'], 'domain-aliases': { 'alias.example': 'example.com' } },
        ...{
          'inbound-relay': { enable: true },
          'outbound-relay': { enable: true, host: 'h.example', port: 25 },
        },
        ...{
          postmaster: 'alice@example.com',
          'any-from': ['a@example.com'],
          'trusted-proxies': ['fd00::/64'],
        },
        ...{ 'recipient-delimiter': '+', 'sending-limits': { 'messages-per-hour': 3 }, fqdn: 'mail.example' },
      },
    ],
    [
      relayCluster,
      {
        topology: { first: { fqdn: 'mx1.example.net', sla: { computer_guid: 'C' }, state: 'started' } },
        'default-relay-config': {
          'proxy-map': {
            a: { host: 'smtp.example', port: 25, user: 'u', password: 'p', domains: ['a.example'] },
          },
          greylisting: {
            enable: true,
            'whitelist-clients': ['192.0.2.'],
            'whitelist-recipients': ['a@b.example'],
          },
        },
        'relay-domain': 'relay.example',
      },
    ],
    [relayNode, { fqdn: 'mx1.example', 'mail-domains': [domain], 'cluster-fqdns': ['mx1.example'] }],
  ];
  const cases = fc.oneof(
    ...all.map(([definition, example]) => fc.tuple(fc.constant(definition), hostileJson([example]))),
  );

  it('are refused to their requester, or taken, and are no bug', function () {
    this.timeout(6 * milliseconds);
    fc.assert(
      fc.property(cases, ([definition, json]) => {
        const decoded = decodeParameters(json);
        if ('problem' in decoded) return;
        const { parameters } = decoded;
        try {
          const run = runIsolated(definition, {
            softwareType: typeOf(definition),
            parameters,
            sharedRequests: [],
          });
          expect(run.faults).to.deep.equal([]);
        } catch (error) {
          if (!(error instanceof RequesterError)) throw error;
        }
      }),
      limits,
    );
  });
});
