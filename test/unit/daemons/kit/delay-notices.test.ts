import { expect } from 'chai';

import { delayNotices } from '../../../../src/daemons/kit/delay-notices.ts';
import { discarded } from '../../../../src/daemons/kit/milter-server.ts';
import { delaySubject } from '../../../../src/names/delay-subject.ts';

const judged = (subject: string, to: string) =>
  delayNotices.judge({
    login: '',
    sender: '',
    recipients: [],
    headers: [
      { name: 'subject', value: subject },
      { name: 'to', value: to },
    ],
  });

describe('notices that mail waits', () => {
  it('are discarded when they would go to a sender who was rewritten', async () => {
    for (const to of [
      'SRS0=CY3RKVRQ=JK=elsewhere.example=stranger@mail1.example.com',
      '<srs1=ab=forwarder.example==cd=JK=x.example=user@mail1.example.com>',
      '"SRS0=ab=JK=elsewhere.example=john doe"@mail1.example.com',
      ' SRS0+ab=JK=x.example=a@mail1.example.com',
      'SRS0-ab=JK=x.example=a@mail1.example.com',
    ])
      expect(await judged(delaySubject, to), to).to.equal(discarded);
  });

  it('go to everybody else, also where a name only begins like that', async () => {
    for (const to of [
      'bob@mail1.example.com',
      'srs0@mail1.example.com',
      'srs05=a@b.example',
      'a.srs0=b@c.example',
    ])
      expect(await judged(delaySubject, to), to).to.equal(null);
  });

  it('are no bounces, which go back to rewritten senders', async () => {
    expect(await judged('Undelivered Mail Returned to Sender', 'SRS0=a=JK=x.example=a@b.example')).to.equal(
      null,
    );
  });

  it('have no sender: other mail is not looked at', () => {
    expect(delayNotices.looksAt({ login: '', sender: '' })).to.equal(true);
    expect(delayNotices.looksAt({ login: '', sender: 'a@b.example' })).to.equal(false);
  });
});
