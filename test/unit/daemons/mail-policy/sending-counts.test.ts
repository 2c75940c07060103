import { expect } from 'chai';
import fc from 'fast-check';

import { amountOf, sendingCounts } from '../../../../src/daemons/mail-policy/sending-counts.ts';

const none = { messagesPerHour: 0, messagesPerDay: 0, recipientsPerHour: 0, recipientsPerDay: 0 };
const minute = 60_000;
let messages = 0;
const newMessage = () => `message ${(messages += 1)}`;

describe('counting what accounts send', () => {
  it('refuses exactly what is above each limit, whatever is sent, and counts no refused one', () => {
    const limit = fc.integer({ min: 0, max: 6 });
    fc.assert(
      fc.property(
        fc.record({
          messagesPerHour: limit,
          messagesPerDay: limit,
          recipientsPerHour: limit,
          recipientsPerDay: limit,
        }),
        fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 10 }),
        (limits, sizes) => {
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
              expect(counts.add({ account: 'a', message }, limits) === null).to.equal(expected);
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

  it('counts each account by itself', () => {
    const counts = sendingCounts();
    const limits = { ...none, messagesPerHour: 10 };
    const results = Array.from({ length: 40 }, (_none, index) =>
      counts.add({ account: index % 2 === 0 ? 'a' : 'b', message: newMessage() }, limits),
    );
    expect(results.filter((result) => result === null)).to.have.lengthOf(20);
  });

  it('lets nobody send more than the limit within any hour, and nobody wait much longer than that', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 30 }),
        // Pauses between attempts, from bursts to hours.
        fc.array(fc.oneof(fc.integer({ max: 60_000 }), fc.integer({ max: 90 * minute })), {
          minLength: 1,
          maxLength: 300,
        }),
        (messagesPerHour, pauses) => {
          let now = Date.UTC(2026, 10, 21);
          const counts = sendingCounts(() => now);
          const limits = { ...none, messagesPerHour };
          const sent: number[] = [];
          for (const pause of pauses) {
            now += Math.abs(pause);
            const excess = counts.add({ account: 'a', message: newMessage() }, limits);
            const within = (time: number) => sent.filter((each) => each > now - time).length;
            if (excess === null) sent.push(now);
            else expect(within(65 * minute), 'refused too early').to.be.at.least(messagesPerHour);
            expect(within(60 * minute)).to.be.at.most(messagesPerHour);
          }
        },
      ),
    );
  });

  it('lets one more through when the time that it said is over, not before', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 30 * minute }), { minLength: 5, maxLength: 5 }),
        (pauses) => {
          let now = Date.UTC(2026, 10, 21);
          const counts = sendingCounts(() => now);
          const limits = { ...none, recipientsPerHour: 2, messagesPerDay: 4 };
          const send = () => counts.add({ account: 'a', message: newMessage() }, limits);
          for (const pause of pauses) {
            now += pause;
            const excess = send();
            if (excess === null) continue;
            now += excess.wait - 1;
            expect(send()).to.include({ wait: 1 });
            now += 1;
            expect(send()).to.equal(null);
          }
        },
      ),
    );
  });

  it('forgets whoever sent nothing for a day', () => {
    let now = Date.UTC(2026, 10, 21);
    const counts = sendingCounts(() => now);
    counts.add({ account: 'a', message: newMessage() }, none);
    expect(JSON.stringify(counts.dump())).to.contain('"a"');
    now += 24 * 60 * minute;
    expect(counts.dump()).to.deep.equal({ Hour: [], Day: [] });
  });

  it('locks nobody out whose messages were counted while the clock was ahead', () => {
    let now = Date.UTC(2027, 10, 21);
    const counts = sendingCounts(() => now);
    const limits = { ...none, messagesPerHour: 1 };
    counts.add({ account: 'a', message: newMessage() }, limits);
    now = Date.UTC(2026, 10, 21);
    expect(counts.add({ account: 'a', message: newMessage() }, limits)).to.include({ wait: 60 * minute });
    now += 60 * minute;
    expect(counts.add({ account: 'a', message: newMessage() }, limits)).to.equal(null);
  });

  it('tells messages of two accounts apart that Postfix names alike', () => {
    const counts = sendingCounts();
    const limits = { ...none, messagesPerHour: 1 };
    for (const account of ['a', 'b']) {
      expect(counts.add({ account, message: 'same' }, limits)).to.equal(null);
      expect(counts.add({ account, message: 'other' }, limits)).to.include({ sent: 1 });
    }
  });

  it('knows ten thousand messages that began, and no more: the oldest is one more message then', () => {
    const counts = sendingCounts();
    const limits = { ...none, messagesPerHour: 1 };
    const first = { account: 'a', message: 'first' };
    expect(counts.add(first, limits)).to.equal(null);
    for (let index = 1; index < 10_000; index += 1) counts.add({ account: 'b', message: `${index}` }, none);
    expect(counts.add(first, limits)).to.equal(null);
    counts.add({ account: 'b', message: 'one more' }, none);
    expect(counts.add(first, limits)).to.include({ limit: 'messagesPerHour', sent: 1 });
  });

  it('says which limit it is that one waits for longest', () => {
    const counts = sendingCounts();
    const limits = { ...none, messagesPerHour: 1, recipientsPerDay: 1 };
    counts.add({ account: 'a', message: 'm' }, limits);
    const excess = counts.add({ account: 'a', message: 'n' }, limits);
    expect(excess).to.include({ limit: 'recipientsPerDay', sent: 1 });
    expect(excess?.wait).to.be.within(24 * 60 * minute - 5_000, 24 * 60 * minute);
  });

  it('goes on where a dump ends, and minds a limit that was raised or lowered', () => {
    const limits = { ...none, messagesPerHour: 2 };
    const before = sendingCounts();
    for (const message of ['m', 'n', 'refused']) before.add({ account: 'a', message }, limits);
    const counts = sendingCounts();
    counts.restore(JSON.parse(JSON.stringify(before.dump())));
    expect(counts.add({ account: 'a', message: 'o' }, limits)).to.include({ sent: 2 });
    expect(counts.add({ account: 'a', message: 'p' }, { ...none, messagesPerHour: 3 })).to.equal(null);
    expect(counts.add({ account: 'a', message: 'q' }, { ...none, messagesPerHour: 1 })).to.include({
      sent: 3,
    });
  });

  it('begins anew from a dump that is none', () => {
    const counts = sendingCounts();
    for (const dump of [
      null,
      'x',
      7,
      [],
      { Hour: 'x' },
      { Hour: [['a', [{ last: 'x' }]], 7] },
      { other: {} },
    ])
      counts.restore(dump);
    expect(counts.add({ account: 'a', message: 'm' }, { ...none, messagesPerHour: 1 })).to.equal(null);
  });

  it('says amounts as people do', () => {
    expect(amountOf({ limit: 'messagesPerHour', sent: 500 })).to.equal('500 messages within an hour');
    expect(amountOf({ limit: 'recipientsPerDay', sent: 1 })).to.equal('to 1 recipient within a day');
  });
});
