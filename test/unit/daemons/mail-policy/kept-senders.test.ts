import { appendFile, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';

import { keptSenders } from '../../../../src/daemons/mail-policy/kept-senders.ts';
import { forwardSender } from '../../../../src/daemons/mail-policy/srs.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const day = 86_400_000;
const now = Date.UTC(2026, 10, 21, 12);
const odd = 'a%b@elsewhere.example';

describe('kept senders', () => {
  const folder = temporaryFolder();
  const srs = { secret: 'secret', domain: 'a.example', isHosted: () => false };
  const placeOf = (sender: string, time = now) => {
    const place = forwardSender(sender, srs, time)?.keep;
    if (!place) throw new Error(`${sender} is not kept`);
    return place;
  };
  const at = (time: number) => keptSenders(folder(), () => time);

  it('are found by another process, exactly as they were, and no others', async () => {
    const senders = [odd, 'A%b@elsewhere.example', '"john doe"@elsewhere.example', '"a\\\\b"@x.example'];
    await Promise.all(senders.map((sender) => at(now).keep(placeOf(sender), sender)));
    for (const sender of senders) expect(await at(now).find(placeOf(sender))).to.equal(sender);
    expect(await at(now).find(placeOf('other%x@elsewhere.example'))).to.equal(null);
    expect(await at(now).find(placeOf(odd, now - day))).to.equal(null);
  });

  it('stand there once, however often they come', async () => {
    const kept = at(now);
    await Promise.all([1, 2, 3].map(() => kept.keep(placeOf(odd), odd)));
    const place = placeOf(odd);
    const text = await readFile(join(folder(), place.day, place.token.slice(0, 2)), 'utf8');
    expect(text).to.equal(`${place.token} ${odd}\n`);
  });

  it('are not spoilt by half a line that a killed process left', async () => {
    const place = placeOf(odd);
    await at(now).keep(place, odd);
    await appendFile(join(folder(), place.day, place.token.slice(0, 2)), `${place.token.slice(0, 9)}`);
    const other = { day: place.day, token: `${place.token.slice(0, 2)}AAAAAAAAAAAAAA` };
    await at(now).keep(other, 'x%y@elsewhere.example');
    expect(await at(now).find(other)).to.equal('x%y@elsewhere.example');
    expect(await at(now).find(place)).to.equal(odd);
  });

  it('go when their addresses have expired, and not before', async () => {
    await at(now).keep(placeOf(odd), odd);
    const keepAt = async (time: number) => at(time).keep(placeOf('b%c@x.example', time), 'b%c@x.example');
    await keepAt(now + 21 * day);
    expect(await at(now).find(placeOf(odd))).to.equal(odd);
    await keepAt(now + 22 * day);
    expect(await readdir(folder()))
      .to.have.length(2)
      .and.not.include(placeOf(odd).day);
  });
});
