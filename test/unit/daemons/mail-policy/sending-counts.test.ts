import { expect } from 'chai';
import fc from 'fast-check';

import { amountOf, sendingCounts } from '../../../../src/daemons/mail-policy/sending-counts.ts';

const none = { messagesPerHour: 0, messagesPerDay: 0, recipientsPerHour: 0, recipientsPerDay: 0 };
const minute = 60_000;

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
            const expected = sent < mostMessages && recipients + size <= mostRecipients;
            expect(counts.add('a', size, limits) === null).to.equal(expected);
            if (!expected) continue;
            recipients += size;
            sent += 1;
          }
        },
      ),
    );
  });

  it('counts each account by itself', () => {
    const counts = sendingCounts();
    const limits = { ...none, messagesPerHour: 10 };
    const results = Array.from({ length: 40 }, (_none, index) =>
      counts.add(index % 2 === 0 ? 'a' : 'b', 1, limits),
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
            const excess = counts.add('a', 1, limits);
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
          const send = () => counts.add('a', 1, limits);
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
    counts.add('a', 1, none);
    expect(JSON.stringify(counts.dump())).to.contain('"a"');
    now += 24 * 60 * minute;
    expect(counts.dump()).to.deep.equal({ Hour: [], Day: [] });
  });

  it('locks nobody out whose messages were counted while the clock was ahead', () => {
    let now = Date.UTC(2027, 10, 21);
    const counts = sendingCounts(() => now);
    const limits = { ...none, messagesPerHour: 1 };
    counts.add('a', 1, limits);
    now = Date.UTC(2026, 10, 21);
    expect(counts.add('a', 1, limits)).to.include({ wait: 60 * minute });
    now += 60 * minute;
    expect(counts.add('a', 1, limits)).to.equal(null);
  });

  it('tells messages of two accounts apart that Postfix names alike', () => {
    const counts = sendingCounts();
    const limits = { ...none, messagesPerHour: 1 };
    for (const account of ['a', 'b']) {
      expect(counts.reserve({ account, message: 'same' }, 1, limits)).to.equal(null);
      expect(counts.reserve({ account, message: 'same' }, 1, limits)).to.equal(null);
      expect(counts.reserve({ account, message: 'other' }, 1, limits)).to.include({
        sent: 1,
        asked: 1,
        allowed: 1,
      });
    }
  });

  it('counts an address for all that it leads to, while the message may come and when it has', () => {
    const counts = sendingCounts();
    const limits = { ...none, recipientsPerHour: 10 };
    const attempt = { account: 'a', message: 'm' };
    expect(counts.reserve(attempt, 11, limits)).to.include({
      limit: 'recipientsPerHour',
      sent: 0,
      asked: 11,
      allowed: 10,
    });
    expect(counts.reserve(attempt, 7, limits)).to.equal(null);
    expect(counts.reserve(attempt, 4, limits)).to.include({ sent: 7 });
    expect(counts.reserve(attempt, 3, limits)).to.equal(null);
    counts.take(attempt, 2);
    expect(counts.add('a', 1, limits)).to.include({ sent: 10 });
  });

  it('says which limit it is that one waits for longest', () => {
    const counts = sendingCounts();
    const limits = { ...none, messagesPerHour: 1, recipientsPerDay: 1 };
    counts.add('a', 1, limits);
    const excess = counts.add('a', 1, limits);
    expect(excess).to.include({ limit: 'recipientsPerDay', sent: 1 });
    expect(excess?.wait).to.be.within(24 * 60 * minute - 5_000, 24 * 60 * minute);
  });

  it('goes on where a dump ends, and minds a limit that was raised or lowered', () => {
    const limits = { ...none, messagesPerHour: 2 };
    const before = sendingCounts();
    for (let index = 0; index < 3; index += 1) before.add('a', 1, limits);
    const counts = sendingCounts();
    counts.restore(JSON.parse(JSON.stringify(before.dump())));
    expect(counts.add('a', 1, limits)).to.include({ sent: 2 });
    expect(counts.add('a', 1, { ...none, messagesPerHour: 3 })).to.equal(null);
    expect(counts.add('a', 1, { ...none, messagesPerHour: 1 })).to.include({
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
    expect(counts.add('a', 1, { ...none, messagesPerHour: 1 })).to.equal(null);
  });

  it('says amounts as people do', () => {
    expect(amountOf({ limit: 'messagesPerHour', sent: 500 })).to.equal('500 messages within an hour');
    expect(amountOf({ limit: 'recipientsPerDay', sent: 1 })).to.equal('to 1 recipient within a day');
  });
});
