/** Values that requesters may write, at their extremes: what is accepted must be something that every daemon can read. */
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';

import { expect } from 'chai';
import fc from 'fast-check';

import { askPolicy } from '../../src/daemons/kit/policy-client.ts';
import { RequesterError } from '../../src/errors.ts';
import { commandAs } from '../../src/local-node/user.ts';
import { parseServer } from '../../src/names/server.ts';
import { certificate, otherCertificate, privateKey } from '../support/certificate-bundle.ts';
import { fingerprint } from '../support/fingerprint.ts';
import { type WrittenPartition, writePartition } from '../support/written-partition.ts';

/** Enough for a kind that fails often; other seeds (FC_SEED) try others. */
const runs = { numRuns: 20 };

const label63 = 'x'.repeat(63);
const longName = `${label63}.${label63}.${label63}.${'x'.repeat(57)}.io`;
const optional = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined, freq: 3 });
const without = (value: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined));
const settings = (model: Readonly<Record<string, fc.Arbitrary<unknown>>>) => fc.record(model).map(without);

const port = fc.oneof(fc.constantFrom(1, 25, 465, 587, 65_535), fc.integer({ min: 1, max: 65_535 }));
const server = fc.oneof(
  fc.constantFrom(
    'smtp.example.com',
    'h',
    'Smtp.Example.com.',
    'a_b.example',
    `${label63}.example`,
    longName,
  ),
  fc.constantFrom(
    '192.0.2.1',
    '2001:DB8::25',
    '::ffff:192.0.2.1',
    '127.0.0.1',
    '1::',
    '999.1.1.1',
    'a..b',
    '-a.b',
  ),
  fc.ipV6(),
  fc.stringMatching(/^[a-z0-9._-]{1,20}$/),
);
const word = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }),
  fc.constantFrom(
    'a',
    '#',
    '"',
    '$x ${y}',
    "'; id",
    '%s%n',
    '\\',
    '*',
    '{',
    'x'.repeat(1000),
    'ü:ñ',
    '=',
    '@',
  ),
);
const domain = fc.oneof(
  fc.constantFrom('example.com', 'A.Example', 'bücher.example', 'xn--bcher-kva.example', longName, '1.2.ab'),
  fc.stringMatching(/^[a-z][a-z0-9-]{0,8}[a-z]\.(example|io)$/),
);
const network = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc.tuple(fc.ipV4(), fc.integer({ min: 1, max: 32 })).map(([address, bits]) => `${address}/${bits}`),
  fc.tuple(fc.ipV6(), fc.integer({ min: 1, max: 128 })).map(([address, bits]) => `${address}/${bits}`),
);
const amount = (most: number) => fc.oneof(fc.constantFrom(1, most), fc.integer({ min: 1, max: most }));

/** Program, arguments, and how it ends when all is well. */
type Check = readonly [
  program: string,
  args: readonly string[],
  end?: { exitCode?: number; stderr?: string },
];

async function passes(partition: WrittenPartition, checks: readonly Check[]): Promise<void> {
  await Promise.all(
    checks.map(async ([program, args, end]) => {
      const { exitCode, stderr } = await partition.run(program, ...args);
      expect({ exitCode, stderr }, [program, ...args].join(' ')).to.deep.equal({
        ...{ exitCode: 0, stderr: '' },
        ...end,
      });
    }),
  );
}

/** Checks each sample that is accepted; of those there must be some. */
async function holdsFor<Value extends object>(
  values: fc.Arbitrary<Value>,
  partition: WrittenPartition,
  check: (value: Value) => Promise<void>,
): Promise<void> {
  let accepted = 0;
  await fc.assert(
    fc.asyncProperty(values, async (value) => {
      try {
        await partition.rewrite(value);
      } catch (error) {
        if (error instanceof RequesterError) return;
        throw error;
      }
      accepted += 1;
      await check(value);
    }),
    runs,
  );
  expect(accepted).to.be.greaterThan(runs.numRuns / 4);
}

const postfixChecks = (partition: WrittenPartition, folder: string, table: string): Check[] => [
  ['postconf', ['-c', partition.at(folder), '-n']],
  ['postconf', ['-c', partition.at(folder), '-M']],
  // Whoever reads a table reads main.cf first, with the same checks as every daemon of Postfix.
  [
    'postmap',
    ['-c', partition.at(folder), '-q', 'absent', `cdb:${partition.at(`${folder}/${table}`)}`],
    { exitCode: 1 },
  ],
];

describe('the parameters that a mail server accepts', () => {
  let partition: WrittenPartition;
  before(async () => {
    partition = await writePartition('smarthost');
  });
  after(() => partition.remove());

  const limit = fc.constantFrom(0, 1, 1_000_000_000);
  const parameters = settings({
    'mail-domains': fc.array(domain, { minLength: 1, maxLength: 4 }),
    'inbound-relay': fc.record({ enable: fc.boolean() }),
    'outbound-relay': fc.oneof(
      settings({ host: server, port: optional(port), 'implicit-tls': optional(fc.boolean()) }),
      settings({ host: server, port: optional(port), user: word, password: word }),
    ),
    'recipient-delimiter': fc.constantFrom('', '+', '-', '=', '_', '~'),
    'email-size-limit': amount(1_048_576),
    'mailbox-size-limit': amount(1_073_741_824),
    'sending-limits': fc.record({ 'messages-per-hour': limit, 'recipients-per-day': limit }),
    'log-in-limits': fc.record({ failures: limit, minutes: amount(10_080) }),
    'trusted-proxies': fc.array(network, { maxLength: 5 }),
    'test-account': fc.boolean(),
  });

  it('are configurations that Postfix, Dovecot and Apache read without complaint', async () => {
    await holdsFor(parameters, partition, () =>
      passes(partition, [
        ...postfixChecks(partition, 'etc/postfix', 'mail-domains'),
        ['doveconf', ['-c', partition.at('etc/dovecot/dovecot.conf'), '-n']],
        ['apache', ['-t', '-f', partition.at('etc/apache/httpd.conf')], { stderr: 'Syntax OK' }],
      ]),
    );
  });
});

describe('the parameters that a relay node accepts', () => {
  let partition: WrittenPartition;
  before(async () => {
    partition = await writePartition('relay-node');
  });
  after(() => partition.remove());

  const reachable = server.filter((host) => parseServer(host) !== null);
  const loginWord = word.filter((text) => text.trim() === text && !text.includes(':'));
  const service = fc.oneof(
    settings({ host: reachable, port: optional(port), domains: fc.array(domain, { maxLength: 2 }) }),
    settings({ host: reachable, port: optional(port), user: loginWord, password: loginWord }),
  );
  const pattern = fc.oneof(
    fc.stringMatching(/^[a-z^$.*+?()[\]{}|\\0-9,-]{1,12}$/),
    fc.constantFrom('^mx\\d+\\.', '(?:a|b){2,3}', '[^.]+', '(?=x)y', 'a{1000}', '.*', '\\-\\@\\_'),
  );
  const exception = fc.oneof(
    pattern.map((source) => `/${source}/`),
    server,
    network,
    fc.stringMatching(/^[a-z0-9*.@_-]{1,15}$/),
    word,
  );
  // Of the cluster: the partition has none of its own.
  const ofCluster = { 'monitor-password': 'monitor-secret' };
  const parameters = settings({
    'monitor-password': fc.constant(ofCluster['monitor-password']),
    fqdn: optional(fc.oneof(server, word)),
    'proxy-map': fc.dictionary(word, service, { maxKeys: 3, noNullPrototype: true }),
    greylisting: fc.record({ 'greylisting-delay': fc.constantFrom(0, 1, 86_400) }),
    'custom-inbound-certificate': optional(
      fc.constantFrom(privateKey + certificate, otherCertificate + certificate + privateKey),
    ),
    'mail-domains': fc.array(
      fc.record({
        name: fc.stringMatching(/^[a-z_][a-z0-9_]{0,9}(\.[a-z0-9_]{1,9}){0,2}$/),
        'mail-server-host': fc.oneof(fc.ipV4(), fc.ipV6()),
        'mail-server-port': port,
        authentication: fc.constantFrom('none', 'password', 'fingerprint'),
        fingerprints: fc.constant([fingerprint('AB'), fingerprint('ab')]),
        password: word,
      }),
      { maxLength: 4 },
    ),
  });

  it('are configurations that both Postfix, Dovecot and Apache read without complaint', async () => {
    await holdsFor(parameters, partition, () =>
      passes(partition, [
        ...postfixChecks(partition, 'etc/postfix/inbound', 'transports'),
        ...postfixChecks(partition, 'etc/postfix/outbound', 'transports'),
        ['doveconf', ['-c', partition.at('etc/sasl/dovecot.conf'), '-n']],
        ['apache', ['-t', '-f', partition.at('etc/apache/httpd.conf')], { stderr: 'Syntax OK' }],
      ]),
    );
  });

  it('are lists that Postgrey reads to their end', async () => {
    const entries = fc.sample(exception, 2_000);
    const accepted: Record<'whitelist-clients' | 'whitelist-recipients', string[]> = {
      'whitelist-clients': [],
      'whitelist-recipients': [],
    };
    for (const list of ['whitelist-clients', 'whitelist-recipients'] as const)
      for (const entry of entries) if (isAccepted({ [list]: [entry] })) accepted[list].push(entry);
    expect(accepted['whitelist-clients'].length).to.be.greaterThan(500);
    await partition.rewrite({ ...ofCluster, greylisting: accepted });
    const { stderr } = await partition.run(
      'postgrey',
      ...['--unix=/nonexistent/socket', `--whitelist-clients=${partition.at('etc/postgrey-clients')}`],
      `--whitelist-recipients=${partition.at('etc/postgrey-recipients')}`,
    );
    // It has read both, and goes on to its socket, for which there is no folder.
    expect(stderr).to.contain("Can't connect to UNIX socket");
    expect(
      stderr.split('\n').filter((line) => /CLIENTS|RECIPIENTS|look like|regex/.test(line)),
    ).to.deep.equal([]);
  });

  function isAccepted(greylisting: object): boolean {
    try {
      partition.validate({ greylisting });
      return true;
    } catch (error) {
      if (error instanceof RequesterError) return false;
      throw error;
    }
  }

  it('let those through that the lists mean, and nobody else', async () => {
    await partition.rewrite({
      ...ofCluster,
      greylisting: {
        'greylisting-delay': 0,
        'whitelist-clients': [
          '*.friend.example',
          'mx*.glob.example',
          '/^re\\d+\\./',
          '192.0.2.',
          'Host.example',
        ],
        'whitelist-recipients': [
          '@whole.example',
          'bob@one.example',
          'list-*@glob.example',
          'root@',
          'dom.example',
        ],
      },
    });
    const [command = '', ...args] = commandAs(partition.place.user, [partition.at('libexec/start-postgrey')]);
    const postgrey = spawn(command, args, { stdio: 'ignore' });
    try {
      const socket = partition.at('var/run/postgrey.sock');
      while ((await stat(socket).catch(() => null)) === null && postgrey.exitCode === null) await delay(20);
      const passesBy = async (client: string, recipient: string, address = '203.0.113.9') => {
        const question = { client_address: address, client_name: client, sender: 'a@b.example', recipient };
        return (await askPolicy({ socket, timeout: 20_000 }, { ...question, helo_name: client })) === 'DUNNO';
      };
      const anybody = 'x@other.example';
      for (const name of [
        'a.friend.example',
        'a.b.Friend.example',
        'mx7.glob.example',
        're12.x',
        'host.example',
        'a.host.example',
      ])
        expect(await passesBy(name, anybody), name).to.equal(true);
      for (const name of [
        'friend.example',
        'notfriend.example',
        'amx7.glob.example',
        're.x',
        'ahost.example',
        'unknown',
      ])
        expect(await passesBy(name, anybody), name).to.equal(false);
      expect(await passesBy('unknown', anybody, '192.0.2.77')).to.equal(true);
      expect(await passesBy('unknown', anybody, '192.0.3.77')).to.equal(false);
      for (const to of [
        'any@whole.example',
        'bob+x@one.example',
        'list-a@glob.example',
        'root@x.example',
        'a@b.dom.example',
      ])
        expect(await passesBy('unknown', to), to).to.equal(true);
      for (const to of [
        'any@sub.whole.example',
        'alice@one.example',
        'lists@glob.example',
        'roots@x.example',
        'a@adom.example',
      ])
        expect(await passesBy('unknown', to), to).to.equal(false);
    } finally {
      const ended = once(postgrey, 'exit');
      postgrey.kill('SIGTERM');
      await ended;
    }
  });
});
