/** Time of one decision of the policy service, by the number of domains. */
import type { Tenant } from '../../src/daemons/relay-policy/config.ts';
import { decide, type Question } from '../../src/daemons/relay-policy/decide.ts';
import { indexTenants } from '../../src/daemons/relay-policy/tenant-index.ts';
import { median } from './measure.ts';
import type { Row } from './table.ts';

const rounds = 7;
const decisions = 100_000;
const sizes = [10, 1_000, 10_000] as const;

const domainOf = (index: number): string => `domain-${index}.example`;

/** `domainsEach`: number of domains of each mail server. */
function tenantsOf(count: number, domainsEach: number): Tenant[] {
  return Array.from({ length: count }, (_, index) => ({
    domain: domainOf(index),
    login: null,
    address: null,
    backend: { host: 'fd00::1', port: 25 },
    fingerprints: [`PRINT ${Math.floor(index / domainsEach)}`],
    delivery: 'delivery-1:[smtp.example.net]:587',
  }));
}

function questionOf(index: number, domainsEach: number, sender: string): Question {
  return {
    policy_context: 'permission',
    sender,
    recipient: 'somebody@foreign.example',
    client_address: 'fd00::1',
    sasl_username: '',
    ccert_fingerprint: `PRINT ${Math.floor(index / domainsEach)}`,
    ccert_pubkey_fingerprint: '',
  };
}

export function decisionRows(): Row[] {
  return [
    ...rowsOf('each domain of another mail server', () => 1),
    ...rowsOf('all domains of one mail server', (count) => count),
  ];
}

function rowsOf(who: string, domainsEach: (count: number) => number): Row[] {
  const cases = sizes.map((count) => {
    const each = domainsEach(count);
    const index = indexTenants(tenantsOf(count, each));
    const questions = Array.from({ length: 1_000 }, (_, number) => {
      const domain = (number * 7919) % count;
      return questionOf(domain, each, number % 4 === 0 ? '' : `someone@${domainOf(domain)}`);
    });
    return { index, questions, microseconds: [] as number[] };
  });
  for (let round = 0; round < rounds; round += 1) {
    for (const { index, questions, microseconds } of cases) {
      const start = performance.now();
      for (let asked = 0; asked < decisions; asked += 1) {
        const question = questions[asked % questions.length];
        if (question && !decide(question, index, 'elsewhere').startsWith('OK'))
          throw new Error('a wrong decision');
      }
      microseconds.push(((performance.now() - start) * 1000) / decisions);
    }
  }
  const [few, ...more] = cases.map(({ microseconds }) => microseconds);
  return [
    { what: `policy, ${who}: one decision among 10,000`, value: median(more.at(-1) ?? []), unit: 'µs' },
    ...more.map((times, which): Row => ({
      what: `policy, ${who}: among ${sizes[which + 1]?.toLocaleString('en')} compared with 10`,
      value: median(times.map((value, round) => value / (few?.[round] ?? NaN))),
      unit: 'times',
      atMost: 3,
    })),
  ];
}
