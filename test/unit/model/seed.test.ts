import { expect } from 'chai';

import { passwordFrom, saltFrom, uuidFrom } from '../../../src/model/seed.ts';

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
