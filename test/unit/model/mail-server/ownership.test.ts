import { expect } from 'chai';

import {
  decideOwnership,
  type Holding,
  type AddressRequest,
} from '../../../../src/model/mail-server/ownership.ts';

const request = (reference: string, address: string, aliases: string[] = []): AddressRequest => ({
  holder: `shared:${reference}`,
  address,
  aliases,
});
const holding = (reference: string, address: string, isOther = false): Holding => ({
  holder: `shared:${reference}`,
  address,
  isOther,
});

/**
 * Each of `links` accounts is refused the address that it wants and loses its own to the one before, which sets its
 * other address free, which lets the next one take an account's address: one decision after the other.
 */
function chain(links: number): { requests: AddressRequest[]; before: Holding[] } {
  const each = Array.from({ length: links }, (_none, index) => index);
  return {
    before: [
      holding('keeper', 'wanted'),
      ...each.flatMap((index) => [
        holding(`r${index}`, `a${index}`),
        holding(`r${index}`, `b${index}`, true),
      ]),
    ],
    requests: [
      request('keeper', 'wanted'),
      ...each.map((index) => request(`r${index}`, 'wanted', [`b${index}`])),
      request('k0', 'a0'),
      ...each
        .slice(1)
        .reverse()
        .map((index) => request(`k${index}`, `b${index - 1}`, [`a${index}`])),
    ],
  };
}

describe('who holds which address', function () {
  this.timeout(10_000);

  it('is decided through a long chain of requests that each wait for another', () => {
    const { requests, before } = chain(20);
    const { holders, refused } = decideOwnership({ requests, invalid: [] }, before);
    expect(refused.size).to.equal(20);
    for (let index = 1; index < 20; index += 1) {
      expect(holders.get(`a${index}`)).to.equal(`shared:k${index}`);
      expect(holders.get(`b${index - 1}`)).to.equal(`shared:k${index}`);
    }
  });

  it('is decided for each group of requests by itself: a chain in one delays no other', () => {
    const { requests, before } = chain(200);
    const others = Array.from({ length: 20_000 }, (_none, index) => `u${index}`);
    const { holders } = decideOwnership(
      {
        requests: [...requests, ...others.map((name) => request(name, name, [`${name}.alias`]))],
        invalid: [],
      },
      [...before, ...others.map((name) => holding(name, name))],
    );
    expect(holders.get('a199')).to.equal('shared:k199');
    for (const name of others) expect(holders.get(`${name}.alias`)).to.equal(`shared:${name}`);
  });
});
