/**
 * `npm run bench`: runs benchmarks and compares them with their targets. Arguments are names of benchmarks; without any,
 * all run. Ratios can be compared across machines and days, other figures cannot. Exit code 1: a target was missed.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { benchConverge } from './converge.ts';
import { benchRelayPlanning } from './relay-planning.ts';
import { benchRelayThroughput } from './relay-throughput.ts';
import { unpackRelease } from '../support/unpacked-release.ts';
import { benchLookups } from './lookups.ts';
import { benchRender } from './render.ts';
import { missed, type Row, tableOf } from './table.ts';

const wanted = process.argv.slice(2);
const folder = await mkdtemp(join(tmpdir(), 'slapos-mail-bench-'));
const rows: Row[] = [];
try {
  const benchmarks = {
    render: async () => benchRender(folder, await unpackRelease(folder)),
    lookups: () => benchLookups(folder),
    converge: () => benchConverge(console.log),
    'relay-planning': () => benchRelayPlanning(folder, console.log),
    'relay-throughput': benchRelayThroughput,
  };
  for (const [name, bench] of Object.entries(benchmarks)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    console.log(`\n== ${name} ==`);
    const found = await bench();
    console.log(tableOf(found));
    rows.push(...found);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
const misses = rows.filter(missed).length;
console.log(
  `\n${rows.filter(({ atMost }) => atMost !== undefined).length - misses} targets met, ${misses} missed`,
);
process.exitCode = misses === 0 ? 0 : 1;
