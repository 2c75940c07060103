import { expect } from 'chai';
import fc from 'fast-check';

import { joinAddress, splitAddress } from '../../../../src/daemons/kit/quoted-address.ts';
import { forwardSender, reverseRecipient, type Srs } from '../../../../src/daemons/mail-policy/srs.ts';

const hosted = ['mail1.example.com', 'second.example.com'];
const srsWith = (secret: string): Srs => ({
  secret,
  domain: 'mail1.example.com',
  isHosted: (domain) => hosted.includes(domain.toLowerCase()),
});
const srs = srsWith('mail-policy-secret');
const day = 86_400_000;
const now = Date.UTC(2026, 10, 21, 12);
/** Day and token → the sender that is kept there. */
const kept = new Map<string, string>();
const forward = (sender: string, time = now) => {
  const forwarded = forwardSender(sender, srs, time);
  if (forwarded?.keep) kept.set(`${forwarded.keep.day} ${forwarded.keep.token}`, sender);
  return forwarded?.address ?? null;
};
const isKept = (address: string) => /=kept=/.test(address);
const reverse = (recipient: string, time = now) => reverseRecipient(recipient, srs, time);
const back = (recipient: string, time = now) => {
  const reversed = reverse(recipient, time);
  if (reversed.kind === 'kept') return kept.get(`${reversed.day} ${reversed.token}`) ?? 'kept';
  return reversed.kind === 'sender' ? reversed.address : reversed.kind;
};

/** What Debian's postsrsd 1.10 made on 2026-11-21 (`-n8 -N8`, this domain, this secret), and reverses. */
const madeByPostsrsd: Record<string, string> = {
  'stranger@elsewhere.example': 'SRS0=CYyr3Vrq=JK=elsewhere.example=stranger@mail1.example.com',
  'Some.Body@Elsewhere.EXAMPLE': 'SRS0=2Fx94L2j=JK=Elsewhere.EXAMPLE=Some.Body@mail1.example.com',
  'a+b=c@x.example': 'SRS0=24sKjXxJ=JK=x.example=a+b=c@mail1.example.com',
  'SRS0=abcd=ZZ=orig.example=user@forwarder.example':
    'SRS1=jbBTfkl6=forwarder.example==abcd=ZZ=orig.example=user@mail1.example.com',
  'SRS0-abcd=ZZ=orig.example=user@forwarder.example':
    'SRS1=a217gDSo=forwarder.example=-abcd=ZZ=orig.example=user@mail1.example.com',
};

const atom = fc.stringMatching(/^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,12}$/);
const local = fc.oneof(
  fc.array(atom, { minLength: 1, maxLength: 3 }).map((atoms) => atoms.join('.')),
  // Whatever may stand between quotes.
  fc.stringMatching(/^[ -~]{1,20}$/),
  fc
    .tuple(fc.constantFrom('SRS0=', 'srs0+', 'SRS1=', 'SRS1-', 'SRS0', '='), atom)
    .map((pair) => pair.join('')),
);
const foreign = fc.stringMatching(/^[a-zA-Z0-9-]{1,10}\.(example|test)$/);
const sender = fc.record({ local, domain: foreign }).map(joinAddress);
const moment = fc.integer({ min: 0, max: 200 * 365 * day });

describe('sender rewriting', () => {
  for (const [original, rewritten] of Object.entries(madeByPostsrsd)) {
    it(`takes back the address that postsrsd gives ${original}`, () => {
      expect(back(rewritten)).to.equal(original);
    });
  }

  it('goes from one forwarder straight back to the first, however many there were', () => {
    const again =
      forward('SRS1=WXYZ=first.example==abcd=ZZ=orig.example=user@second-forwarder.example') ?? '';
    expect(again).to.match(
      /^SRS1=[A-Z2-7]{8}=first\.example==abcd=ZZ=orig\.example=user@mail1\.example\.com$/,
    );
    expect(back(again)).to.equal('SRS0=abcd=ZZ=orig.example=user@first.example');
  });

  it('finds every sender again, while the address is valid', () => {
    fc.assert(
      fc.property(sender, moment, fc.integer({ min: 0, max: 20 }), (original, time, days) => {
        const rewritten = forward(original, time) ?? '';
        const { local: name = '' } = splitAddress(original) ?? {};
        const first = /^SRS1[=+-][^=]+=([^=]+)=([=+-].*)$/i.exec(name);
        const expected =
          first && !isKept(rewritten)
            ? joinAddress({ local: `SRS0${first[2]}`, domain: first[1]! })
            : original;
        // The word itself comes back in capitals.
        expect(back(rewritten, time + days * day).replace(/^("?)srs0/i, '$1SRS0')).to.equal(
          expected.replace(/^("?)srs0/i, '$1SRS0'),
        );
      }),
    );
  });

  it('makes addresses that every server takes, of whatever sender', () => {
    const usual = /^(?=[^@]{1,64}@)[A-Za-z0-9_+=-]+(\.[A-Za-z0-9_+=-]+)*@mail1\.example\.com$/;
    fc.assert(
      fc.property(sender, (original) => {
        expect(forward(original)).to.match(usual);
      }),
    );
    for (const original of [
      'user%elsewhere@x.example',
      'a/b@x.example',
      '"john doe"@x.example',
      'a!b@x.example',
      'user@[192.0.2.1]',
      `${'v'.repeat(64)}@${'long.'.repeat(30)}example`,
      `bounces+${'1'.repeat(40)}=alice=ours.example@lists.example`,
      'SRS0=abcd=ZZ=a-very-long-name-of-a-domain.example=user.name@forwarder.example',
    ]) {
      expect(forward(original), original).to.match(usual);
      expect(back(forward(original) ?? '')).to.equal(original);
      expect(back((forward(original) ?? '').toLowerCase()), original).to.equal(original);
    }
  });

  it('makes addresses that end where we host mail, and leaves those alone', () => {
    fc.assert(
      fc.property(sender, (original) => {
        const rewritten = forward(original);
        if (rewritten === null) return;
        expect(splitAddress(rewritten)?.domain).to.equal('mail1.example.com');
        expect(forward(rewritten)).to.equal(null);
      }),
    );
  });

  it('leaves our own senders alone, in any letter case, and what is no address', () => {
    for (const own of [
      'alice@mail1.example.com',
      'bob@SECOND.Example.com',
      '',
      '@',
      'a@',
      '@b.example',
      'bare',
    ])
      expect(forward(own), own).to.equal(null);
    expect(forward('alice@sub.mail1.example.com')).to.match(/^SRS0=/);
    expect(forward('alice@xmail1.example.com')).to.match(/^SRS0=/);
  });

  it('knows an address whose letter case was changed on the way', () => {
    fc.assert(
      fc.property(sender, (original) => {
        const rewritten = forward(original);
        if (rewritten === null) return;
        for (const changed of [rewritten.toLowerCase(), rewritten.toUpperCase()])
          expect(back(changed).toLowerCase()).to.equal(back(rewritten).toLowerCase());
      }),
    );
  });

  it('knows its addresses in every hosted domain, and in no other', () => {
    const [address = ''] = Object.values(madeByPostsrsd);
    expect(back(address.replace('@mail1', '@second'))).to.equal('stranger@elsewhere.example');
    expect(back(address.replace('@mail1', '@other'))).to.equal('other');
  });

  it('refuses an address in which anything was altered', () => {
    fc.assert(
      fc.property(sender, fc.nat(), fc.stringMatching(/^[a-z2-7]$/), (original, position, letter) => {
        const parts = splitAddress(forward(original) ?? '');
        if (parts === null) return;
        const start = 'SRS0='.length;
        const at = start + (position % (parts.local.length - start));
        const altered = `${parts.local.slice(0, at)}${letter}${parts.local.slice(at + 1)}`;
        if (altered.toLowerCase() === parts.local.toLowerCase()) return;
        expect(reverse(joinAddress({ ...parts, local: altered })).kind).to.equal('refused');
      }),
      { numRuns: 500 },
    );
  });

  it('refuses addresses that were made with another secret, or without any', () => {
    fc.assert(
      fc.property(sender, fc.string(), (original, secret) => {
        const other = forwardSender(original, srsWith(`other ${secret}`), now);
        if (other !== null) expect(reverse(other.address).kind).to.equal('refused');
      }),
    );
    for (const made of [
      'SRS0=',
      'SRS0=a',
      'srs0====',
      'SRS0==JK=x.example=a',
      'SRS1=a=b=c',
      'SRS1==x.example==a',
    ])
      expect(reverse(`${made}@mail1.example.com`).kind, made).to.equal('refused');
  });

  it('refuses a hash that is cut short', () => {
    const cut = (madeByPostsrsd['stranger@elsewhere.example'] ?? '').replace('CYyr3Vrq', 'CYyr');
    expect(reverse(cut).kind).to.equal('refused');
  });

  it('refuses an address after 21 days, and one of a day to come', () => {
    const made = forward('a@x.example') ?? '';
    expect(back(made, now + 21 * day)).to.equal('a@x.example');
    for (const time of [now + 22 * day, now + 500 * day, now - day, now - 30 * day]) {
      const reversed = reverse(made, time);
      expect(reversed.kind === 'refused' && reversed.reason).to.match(/expired/);
    }
  });

  it('takes no other address for one of these', () => {
    for (const name of ['srs', 'srs0', 'SRS0-abcd', 'xSRS0=a=b=c=d', 'alice', '"SRS2=a"'])
      expect(reverse(`${name}@mail1.example.com`).kind, name).to.equal('other');
  });
});

describe('quoted addresses', () => {
  it('are the same after taking them apart and together', () => {
    fc.assert(
      fc.property(local, foreign, (name, domain) => {
        expect(splitAddress(joinAddress({ local: name, domain }))).to.deep.equal({ local: name, domain });
      }),
    );
  });
});
