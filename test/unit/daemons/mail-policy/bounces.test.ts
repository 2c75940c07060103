import { expect } from 'chai';

import { bounceCounts, isForRewritten, judgeBounce } from '../../../../src/daemons/mail-policy/bounces.ts';

describe('what comes back to rewritten senders', () => {
  const message = { login: '', sender: '', recipients: ['SRS0=AAAA=BB=x.example=y@a.example'], headers: [] };
  const typed = (...values: string[]) => ({
    headers: values.map((value) => ({ name: 'content-type', value })),
  });

  it('is looked at when it comes from nobody, to one of them among others', () => {
    expect(isForRewritten(message)).to.equal(true);
    expect(isForRewritten({ ...message, recipients: ['bob@a.example', '"srs1=x"@a.example'] })).to.equal(
      true,
    );
    for (const other of [
      { recipients: ['bob@a.example'] },
      { recipients: ['srs@a.example'] },
      { sender: 'x@y.example' },
      { login: 'bob@a.example' },
    ])
      expect(isForRewritten({ ...message, ...other }), JSON.stringify(other)).to.equal(false);
  });

  it('is a report with one type', () => {
    for (const type of [
      'multipart/report',
      ' Multipart/Report; report-type=delivery-status',
      'multipart/report ;x=y',
    ])
      expect(judgeBounce(typed(type)), type).to.equal(null);
    for (const types of [[], ['text/plain'], ['multipart/reports'], ['multipart/report', 'text/plain']])
      expect(judgeBounce(typed(...types)), String(types)).to.match(/^550 5\.7\.1 .*delivery reports only/);
  });

  it('are a hundred within an hour for each address, in whatever letter case', () => {
    let now = 0;
    const mayCome = bounceCounts(() => now);
    const come = (count: number, address = 'SRS0=A@a.example') =>
      Array.from({ length: count }, () => mayCome(address)).filter(Boolean).length;
    expect(come(99)).to.equal(99);
    expect(come(5, 'srs0=a@a.example')).to.equal(1);
    expect(come(5, 'SRS0=B@a.example')).to.equal(5);
    now += 3_599_999;
    expect(come(1)).to.equal(0);
    now += 1;
    expect(come(150)).to.equal(100);
  });

  it('is remembered for ten thousand addresses, and those come again that were forgotten', () => {
    const mayCome = bounceCounts(() => 0);
    for (let index = 0; index < 100; index += 1) mayCome('first');
    for (let index = 0; index < 9_999; index += 1) mayCome(`${index}`);
    expect(mayCome('first')).to.equal(false);
    for (let index = 0; index < 10_000; index += 1) mayCome(`other ${index}`);
    expect(mayCome('first')).to.equal(true);
  });
});
