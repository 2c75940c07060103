import { expect } from 'chai';

import { servicesByDomain } from '../../../src/model/delivery-services.ts';

const service = (...domains: string[]) => ({ host: 'smtp.example.com', port: 25, domains });

describe('delivery services by sender domain', () => {
  it('know a domain in one spelling', () => {
    const { services, errors } = servicesByDomain({ out: service('Mail.Example.', 'other.example') });
    expect([...services]).to.deep.equal([
      ['mail.example', 'out'],
      ['other.example', 'out'],
    ]);
    expect(errors).to.deep.equal([]);
  });

  it('leave a domain to the first service that lists it, and say so', () => {
    const written = { one: service('a.example', 'A.example'), two: service('a.example', 'b.example') };
    const { services, errors } = servicesByDomain(written);
    expect([...services]).to.deep.equal([
      ['a.example', 'one'],
      ['b.example', 'two'],
    ]);
    expect(errors).to.deep.equal(['a.example appears in multiple proxies: one keeps it, two does not']);
  });

  it('leave out what is no domain, and say so', () => {
    const { services, errors } = servicesByDomain({ one: service('a b', 'b.example') });
    expect([...services.keys()]).to.deep.equal(['b.example']);
    expect(errors).to.deep.equal(['proxy one: "a b" is not a domain name']);
  });
});
