import { expect } from 'chai';
import fc from 'fast-check';

import { amountOf, durationOf, sendingCounts } from '../../../src/mail-policy/sending-counts.ts';

const none = { messagesPerHour: 0, messagesPerDay: 0, recipientsPerHour: 0, recipientsPerDay: 0 };
const minute = 60_000;
let messages = 0;
const newMessage = () => `message ${(messages += 1)}`;

describe('counting what accounts send', () => {
  it('refuses exactly what is above each limit, whatever is sent, and counts no refused one', async () => {
    const limit = fc.integer({ min: 0, max: 6 });
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          messagesPerHour: limit,
          messagesPerDay: limit,
          recipientsPerHour: limit,
          recipientsPerDay: limit,
        }),
        fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 10 }),
        async (limits, sizes) => {
          const counts = sendingCounts();
          const most = (one: number, other: number) => Math.min(one || Infinity, other || Infinity);
          const mostMessages = most(limits.messagesPerHour, limits.messagesPerDay);
          const mostRecipients = most(limits.recipientsPerHour, limits.recipientsPerDay);
          let [sent, recipients] = [0, 0];
          for (const size of sizes) {
            const message = newMessage();
            let isBegun = false;
            for (let index = 0; index < size; index += 1) {
              const expected = (isBegun || sent < mostMessages) && recipients < mostRecipients;
              expect((await counts.add({ account: 'a', message }, limits)) === null).to.equal(expected);
              if (!expected) continue;
              recipients += 1;
              if (!isBegun) sent += 1;
              isBegun = true;
            }
          }
        },
      ),
    );
  });

  it('is exact when everything comes at once, and one account is nothing to another', async () => {
    const counts = sendingCounts();
    const limits = { ...none, messagesPerHour: 10 };
    const send = (account: string) => counts.add({ account, message: newMessage() }, limits);
    const results = await Promise.all(
      Array.from({ length: 40 }, (_none, index) => send(index % 2 === 0 ? 'a' : 'b')),
    );
    expect(results.filter((result) => result === null)).to.have.lengthOf(20);
  });

  it('tells messages of two accounts apart that Postfix names alike', async () => {
    const counts = sendingCounts();
    const limits = { ...none, messagesPerHour: 1 };
    for (const account of ['a', 'b']) {
      expect(await counts.add({ account, message: 'same' }, limits)).to.equal(null);
      expect(await counts.add({ account, message: 'other' }, limits)).to.include({ sent: 1 });
    }
  });

  it('knows ten thousand messages that began, and no more: the oldest is one more message then', async () => {
    const counts = sendingCounts();
    const limits = { ...none, messagesPerHour: 1 };
    const first = { account: 'a', message: 'first' };
    expect(await counts.add(first, limits)).to.equal(null);
    for (let index = 1; index < 10_000; index += 1)
      await counts.add({ account: 'b', message: `${index}` }, none);
    expect(await counts.add(first, limits)).to.equal(null);
    await counts.add({ account: 'b', message: 'one more' }, none);
    expect(await counts.add(first, limits)).to.include({ limit: 'messagesPerHour', sent: 1 });
  });

  it('says which limit it is that one waits for longest', async () => {
    const counts = sendingCounts();
    const limits = { ...none, messagesPerHour: 1, recipientsPerDay: 1 };
    await counts.add({ account: 'a', message: 'm' }, limits);
    const excess = await counts.add({ account: 'a', message: 'n' }, limits);
    expect(excess).to.include({ limit: 'recipientsPerDay', sent: 1 });
    expect(excess?.wait).to.be.within(24 * 60 * minute - 5_000, 24 * 60 * minute);
  });

  it('goes on where a dump ends, and minds a limit that was raised or lowered', async () => {
    const limits = { ...none, messagesPerHour: 2 };
    const before = sendingCounts();
    for (const message of ['m', 'n', 'refused']) await before.add({ account: 'a', message }, limits);
    const counts = sendingCounts();
    counts.restore(JSON.parse(JSON.stringify(before.dump())));
    expect(await counts.add({ account: 'a', message: 'o' }, limits)).to.include({ sent: 2 });
    expect(await counts.add({ account: 'a', message: 'p' }, { ...none, messagesPerHour: 3 })).to.equal(null);
    expect(await counts.add({ account: 'a', message: 'q' }, { ...none, messagesPerHour: 1 })).to.include({
      sent: 3,
    });
  });

  it('begins anew from a dump that is none', async () => {
    const counts = sendingCounts();
    for (const dump of [null, 'x', 7, [], { messagesPerHour: 'x' }, { other: {} }]) counts.restore(dump);
    expect(await counts.add({ account: 'a', message: 'm' }, { ...none, messagesPerHour: 1 })).to.equal(null);
  });

  it('says amounts and times as people do', () => {
    expect(amountOf({ limit: 'messagesPerHour', sent: 500 })).to.equal('500 messages within an hour');
    expect(amountOf({ limit: 'recipientsPerDay', sent: 1 })).to.equal('1 recipient within a day');
    expect([0, 1, minute, minute + 1, 119 * minute, 121 * minute].map(durationOf)).to.deep.equal([
      '1 minute',
      '1 minute',
      '1 minute',
      '2 minutes',
      '119 minutes',
      '3 hours',
    ]);
  });
});
