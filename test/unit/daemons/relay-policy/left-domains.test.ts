import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';

import { leftDomains } from '../../../../src/daemons/relay-policy/left-domains.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const day = 86_400_000;

describe('domains that left the relay', () => {
  const folder = temporaryFolder();
  const path = () => join(folder(), 'domains.json');
  let now: number;
  const start = () => leftDomains(path(), () => now);
  const relayed = (...names: string[]) => new Map(names.map((name) => [name, {}]));
  beforeEach(() => {
    now = Date.UTC(2026, 0, 1);
  });

  it('are gone after seven days, not before, and not those that were never here', async () => {
    const left = await start();
    await left.follow(relayed('a.example', 'b.example'));
    now += 30 * day;
    await left.follow(relayed('a.example'));
    now += 7 * day;
    expect(left.isGone('b.example')).to.equal(false);
    now += 1;
    expect(left.isGone('b.example')).to.equal(true);
    for (const other of ['a.example', 'never.example', 'x.b.example'])
      expect(left.isGone(other), other).to.equal(false);
  });

  it('are here again when they come back, and have another seven days when they leave once more', async () => {
    const left = await start();
    await left.follow(relayed('a.example'));
    await left.follow(relayed());
    now += 8 * day;
    expect(left.isGone('a.example')).to.equal(true);
    await left.follow(relayed('a.example'));
    expect(left.isGone('a.example')).to.equal(false);
    await left.follow(relayed());
    now += day;
    expect(left.isGone('a.example')).to.equal(false);
  });

  it('are remembered by the next process, also those that left between the two', async () => {
    const first = await start();
    await first.follow(relayed('a.example', 'b.example'));
    await first.follow(relayed('b.example'));
    now += 8 * day;
    const next = await start();
    await next.follow(relayed());
    expect([next.isGone('a.example'), next.isGone('b.example')]).to.deep.equal([true, false]);
    now += 8 * day;
    expect(next.isGone('b.example')).to.equal(true);
  });

  it('are forgotten with a file that cannot be read, and their mail is put off', async () => {
    const { error } = console;
    console.error = () => undefined;
    try {
      await writeFile(path(), '{"relayed":');
      const left = await start();
      await left.follow(relayed('a.example'));
      expect(left.isGone('b.example')).to.equal(false);
    } finally {
      console.error = error;
    }
  });

  it('are remembered up to a number: those that left first are put off again', async () => {
    const left = await start();
    await left.follow(relayed('first.example'));
    const many = Array.from({ length: 20_000 }, (_, index) => `d${index}.example`);
    await left.follow(relayed(...many));
    now += 8 * day;
    expect(left.isGone('first.example')).to.equal(true);
    await left.follow(relayed());
    now += 8 * day;
    expect([left.isGone('first.example'), left.isGone('d0.example')]).to.deep.equal([false, true]);
  });
});
