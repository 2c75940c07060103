import { expect } from 'chai';

import { isTlsImplicit } from '../../../src/model/implicit-tls.ts';

describe('TLS to a next hop', () => {
  it('begins with the first byte on port 465, and elsewhere where that is said', () => {
    expect([25, 465, 587].map((port) => isTlsImplicit({ port }))).to.deep.equal([false, true, false]);
    expect(isTlsImplicit({ port: 2465, 'implicit-tls': true })).to.equal(true);
    expect(isTlsImplicit({ port: 465, 'implicit-tls': false })).to.equal(false);
  });
});
