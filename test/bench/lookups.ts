/** Processor time of one lookup in each of Postfix's tables of addresses, as they grow. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { execa } from 'execa';

import { serialiseLookupTable } from '../../src/formats/postfix-table.ts';
import { addressTables } from '../../src/plan/mail-server/address-tables.ts';
import { processMailServer } from '../support/mail-server-run.ts';
import { measure, median } from './measure.ts';
import type { Row } from './table.ts';

const rounds = 5;
const lookups = 50_000;
const sizes = [100, 100_000] as const;

/** Tables of this many addresses: a quarter are accounts, each with three more addresses. */
function tablesOf(addresses: number) {
  const accounts = Array.from({ length: addresses / 4 }, (_, index): [string, object] => [
    `_${index}`,
    {
      address: `account${index}@example.com`,
      aliases: [1, 2, 3].map((each) => `alias${each}.${index}@example.com`),
      mode: (['send-only', 'receive-only', 'normal'] as const)[index % 3],
    },
  ]);
  return addressTables(processMailServer({ shared: Object.fromEntries(accounts) }).model);
}

export async function benchLookups(folder: string): Promise<Row[]> {
  const seconds = new Map<string, Record<number, number>>();
  for (const size of sizes) {
    const tables = tablesOf(size);
    const configuration = join(folder, `tables-${size}`);
    const questions = join(configuration, 'questions');
    await mkdir(configuration, { recursive: true });
    await writeFile(join(configuration, 'main.cf'), 'compatibility_level = 3.7\n');
    for (const [name, table] of Object.entries(tables)) {
      const file = join(configuration, name);
      await writeFile(file, serialiseLookupTable(table));
      await execa('postmap', ['-c', configuration, `cdb:${file}`]);
      const keys = [...table.keys()];
      const many = Array.from({ length: lookups }, (_, index) => keys[(index * 7919) % keys.length] ?? '-');
      const timed = async (some: readonly string[]) => {
        await writeFile(questions, `${some.join('\n')}\n`);
        const query = 'exec postmap -c "$0" -q - "cdb:$1" < "$2"';
        return (await measure(['sh', '-c', query, configuration, file, questions])).cpuSeconds;
      };
      const costs: number[] = [];
      for (let round = 0; round < rounds; round += 1) {
        const start = await timed(many.slice(0, 1));
        costs.push(((await timed(many)) - start) / lookups);
      }
      seconds.set(name, { ...seconds.get(name), [size]: median(costs) });
    }
  }
  return [...seconds].flatMap(([name, { [sizes[0]]: few = NaN, [sizes[1]]: many = NaN }]): Row[] => [
    { what: `${name}: one lookup among ${sizes[1]} addresses`, value: many * 1000, unit: 'ms', atMost: 1 },
    { what: `${name}: compared with ${sizes[0]}`, value: many / few, unit: 'times' },
  ]);
}
