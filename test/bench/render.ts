/** `render` of a mail server with many accounts, from a release and from the checkout. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { parse } from 'yaml';

import { inTurns, measure, medianOf, medianRatio } from './measure.ts';
import type { Row } from './table.ts';

const rounds = 5;
const checkout = fileURLToPath(new URL('../../src/bin.mjs', import.meta.url));

export async function benchRender(folder: string, release: string): Promise<Row[]> {
  const bundle = join(release, 'slapos-mail.mjs');
  const large = await writeParameters(folder, 10_000);
  const small = await writeParameters(folder, 1_000);
  const withAliases = await writeParameters(folder, 10_000, 30_000);
  const withAliasesAsJson = await writeAsJson(withAliases);
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
    withAliasesAsJson: render(bundle, withAliasesAsJson),
    largeFromCheckout: render(checkout, large),
    smallFromCheckout: render(checkout, small),
  });
  return [
    { what: 'release: start-up (--help)', value: medianOf(costs.start, 'seconds'), unit: 's' },
    ...rowsOf('release', costs.large, costs.small),
    ...aliasRows('YAML', costs.withAliases),
    ...aliasRows('JSON', costs.withAliasesAsJson),
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
      what: `${where}: render, 10,000 accounts, processor time`,
      value: medianOf(large, 'cpuSeconds'),
      unit: 's CPU',
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

/** Reading the file is a good part of it: the YAML parser is slow, and what a master says is never YAML. */
function aliasRows(format: string, costs: Costs): Row[] {
  const what = `release: render, 10,000 accounts with 30,000 aliases, ${format}`;
  return [
    { what, value: medianOf(costs, 'seconds'), unit: 's', atMost: 3 },
    { what: `${what}, processor time`, value: medianOf(costs, 'cpuSeconds'), unit: 's CPU' },
    { what: `${what}, memory`, value: medianOf(costs, 'mebibytes'), unit: 'MiB' },
  ];
}

async function writeAsJson(yaml: string): Promise<string> {
  const path = yaml.replace(/yaml$/, 'json');
  await writeFile(path, JSON.stringify(parse(await readFile(yaml, 'utf8'), { uniqueKeys: false }), null, 2));
  return path;
}

/** Every third alias is an account's own, the others are requests of their own, for two accounts or for an alias and one. */
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
