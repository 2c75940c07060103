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
  const render = (program: string, file: string) => async () => {
    const output = join(folder, 'rendered');
    await rm(output, { recursive: true, force: true });
    return measure([process.execPath, program, 'render', 'mail-server', file, '-o', output]);
  };
  const costs = await inTurns(rounds, {
    start: () => measure([process.execPath, bundle, '--help']),
    large: render(bundle, large),
    small: render(bundle, small),
    largeFromCheckout: render(checkout, large),
    smallFromCheckout: render(checkout, small),
  });
  return [
    { what: 'release: start-up (--help)', value: medianOf(costs.start, 'seconds'), unit: 's' },
    ...rowsOf('release', costs.large, costs.small),
    ...rowsOf('checkout', costs.largeFromCheckout, costs.smallFromCheckout),
  ];
}

type Costs = Parameters<typeof medianOf>[0];

function rowsOf(where: string, large: Costs, small: Costs): Row[] {
  return [
    {
      what: `${where}: render, 10,000 accounts`,
      value: medianOf(large, 'seconds'),
      unit: 's',
      atMost: 1.5,
    },
    {
      what: `${where}: render, 10,000 accounts, memory`,
      value: medianOf(large, 'mebibytes'),
      unit: 'MiB',
      atMost: 300,
    },
    {
      what: `${where}: render, 10,000 accounts compared with 1,000`,
      value: medianRatio(large, small, 'seconds'),
      unit: 'times',
      atMost: 12,
    },
  ];
}

async function writeParameters(folder: string, accounts: number): Promise<string> {
  const path = join(folder, `${accounts}-accounts.yaml`);
  const requests = Array.from(
    { length: accounts },
    (_, index) => `  account ${index}:\n    address: account${index}@example.com\n`,
  );
  const parameters = 'parameters:\n  mail-domains: [example.com]\n  inbound-relay:\n    enable: false\n';
  await writeFile(path, `${parameters}shared:\n${requests.join('')}`);
  return path;
}
