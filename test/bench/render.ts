/** `render` of a mail server with many accounts, from a release and from the checkout. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { inTurns, measure, medianOf, medianRatio } from './measure.ts';
import type { Row } from './table.ts';

const rounds = 5;
const checkout = fileURLToPath(new URL('../../src/bin.mjs', import.meta.url));

export async function benchRender(folder: string, release: string): Promise<Row[]> {
  const bundle = join(release, 'slapos-mail.mjs');
  const large = await writeParameters(folder, 10_000);
  const small = await writeParameters(folder, 1_000);
  const withAliases = await writeParameters(folder, 10_000, 30_000);
  const render = (program: string, file: string) => async () => {
    const output = join(folder, 'rendered');
    await rm(output, { recursive: true, force: true });
    return measure([process.execPath, program, 'render', 'mail-server', file, '-o', output]);
  };
  const costs = await inTurns(rounds, {
    start: () => measure([process.execPath, bundle, '--help']),
    large: render(bundle, large),
    small: render(bundle, small),
    withAliases: render(bundle, withAliases),
    largeFromCheckout: render(checkout, large),
    smallFromCheckout: render(checkout, small),
  });
  return [
    { what: 'release: start-up (--help)', value: medianOf(costs.start, 'seconds'), unit: 's' },
    ...rowsOf('release', '10,000 accounts', costs.large, { seconds: 1.5, mebibytes: 300 }),
    growth('release', costs.large, costs.small),
    ...rowsOf('release', '10,000 accounts with 30,000 aliases', costs.withAliases, { seconds: 3 }),
    ...rowsOf('checkout', '10,000 accounts', costs.largeFromCheckout, { seconds: 1.5, mebibytes: 300 }),
    growth('checkout', costs.largeFromCheckout, costs.smallFromCheckout),
  ];
}

type Costs = Parameters<typeof medianOf>[0];

function rowsOf(
  where: string,
  rendered: string,
  costs: Costs,
  atMost: { seconds: number; mebibytes?: number },
): Row[] {
  const what = `${where}: render, ${rendered}`;
  return [
    { what, value: medianOf(costs, 'seconds'), unit: 's', atMost: atMost.seconds },
    { what: `${what}, processor time`, value: medianOf(costs, 'cpuSeconds'), unit: 's CPU' },
    { what: `${what}, memory`, value: medianOf(costs, 'mebibytes'), unit: 'MiB', atMost: atMost.mebibytes },
  ];
}

function growth(where: string, large: Costs, small: Costs): Row {
  return {
    what: `${where}: render, 10,000 accounts compared with 1,000`,
    value: medianRatio(large, small, 'seconds'),
    unit: 'times',
    atMost: 12,
  };
}

/**
 * A third of the aliases are in requests for accounts; the others are requests for aliases, with two destinations
 * each.
 */
async function writeParameters(folder: string, accounts: number, aliases = 0): Promise<string> {
  const path = join(folder, `${accounts}-accounts-${aliases}-aliases.yaml`);
  const requests = Array.from(
    { length: accounts },
    (_, index) =>
      `  account ${index}:\n    address: account${index}@example.com\n${
        aliases === 0 ? '' : `    aliases: [own${index}@example.com]\n`
      }`,
  );
  for (let index = 0; index < (aliases * 2) / 3; index += 1) {
    const other = index % 2 === 0 ? `account${(index * 7) % accounts}` : `alias${index - 1}`;
    const destinations = `[account${index % accounts}@example.com, ${other}@example.com]`;
    requests.push(
      `  alias ${index}:\n    kind: alias\n    address: alias${index}@example.com\n    destinations: ${destinations}\n`,
    );
  }
  const parameters = 'parameters:\n  mail-domains: [example.com]\n  inbound-relay:\n    enable: false\n';
  await writeFile(path, `${parameters}shared:\n${requests.join('')}`);
  return path;
}
