import { expect } from 'chai';
import fc from 'fast-check';

import { hostNameOf } from '../../../src/names/host-name.ts';
import { passwordFrom, saltFrom, uuidFrom } from '../../../src/model/seed.ts';

describe('the host name of an instance', () => {
  it('is its title with blanks as underscores', () => {
    expect(hostNameOf('My mail server')).to.equal('My_mail_server');
    expect(hostNameOf('mail1.example.com')).to.equal('mail1.example.com');
  });

  it('is a name, and no address, when the title has no letter', () => {
    expect(hostNameOf('')).to.equal('mail-server');
    expect(hostNameOf('日本')).to.equal('mail-server');
    expect(hostNameOf('192.168.1.1')).to.equal('mail-192.168.1.1');
  });

  it('can be written in any configuration file whatever the title', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (title) => {
        const name = hostNameOf(title);
        expect(name).to.match(/^[A-Za-z0-9_][A-Za-z0-9._-]*$/);
        expect(name).not.to.match(/\.\.|[.-]$/);
        expect(name.length).to.be.at.most(63);
      }),
    );
  });

  it('has no empty part, and none that begins or ends with a dash: Postfix would not start', () => {
    const part = fc.constantFrom('mail', '1', '.', '-', '..', '.-', '-.', ' ', 'x'.repeat(61));
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        for (const each of hostNameOf(parts.join('')).split('.'))
          expect(each).to.match(/^[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?$/);
      }),
    );
    expect(hostNameOf(`${'x'.repeat(62)}.example.com`)).to.equal('x'.repeat(62));
    expect(hostNameOf('mail -.-example.com')).to.equal('mail_.example.com');
  });
});

describe('values from a seed', () => {
  const seed = new Uint8Array(32).fill(7);

  it('are the same for the same purpose, and others for another purpose or seed', () => {
    for (const make of [uuidFrom, saltFrom, passwordFrom]) {
      expect(make(seed, 'a')).to.equal(make(seed, 'a'));
      expect(make(seed, 'a')).not.to.equal(make(seed, 'b'));
      expect(make(seed, 'a')).not.to.equal(make(new Uint8Array(32), 'a'));
    }
  });

  it('have the form of a UUID of version 4, of a salt and of a password', () => {
    expect(uuidFrom(seed, 'a')).to.match(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    expect(saltFrom(seed, 'a')).to.match(/^[0-9a-f]{32}$/);
    expect(passwordFrom(seed, 'a')).to.match(/^[A-Za-z0-9_-]{32}$/);
  });
});
