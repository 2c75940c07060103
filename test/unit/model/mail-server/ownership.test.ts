import { expect } from 'chai';

import { decideOwnership, type Holding, type Wish } from '../../../../src/model/mail-server/ownership.ts';

const wish = (reference: string, address: string, aliases: string[] = []): Wish => ({
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
function chain(links: number): { wishes: Wish[]; before: Holding[] } {
  const each = Array.from({ length: links }, (_none, index) => index);
  return {
    before: [
      holding('keeper', 'wanted'),
      ...each.flatMap((index) => [
        holding(`r${index}`, `a${index}`),
        holding(`r${index}`, `b${index}`, true),
      ]),
    ],
    wishes: [
      wish('keeper', 'wanted'),
      ...each.map((index) => wish(`r${index}`, 'wanted', [`b${index}`])),
      wish('k0', 'a0'),
      ...each
        .slice(1)
        .reverse()
        .map((index) => wish(`k${index}`, `b${index - 1}`, [`a${index}`])),
    ],
  };
}

describe('who holds which address', function () {
  this.timeout(10_000);

  it('is decided through a long chain of requests that each wait for another', () => {
    const { wishes, before } = chain(20);
    const { holders, refused } = decideOwnership({ wishes, invalid: [] }, before);
    expect(refused.size).to.equal(20);
    for (let index = 1; index < 20; index += 1) {
      expect(holders.get(`a${index}`)).to.equal(`shared:k${index}`);
      expect(holders.get(`b${index - 1}`)).to.equal(`shared:k${index}`);
    }
  });

  it('is decided for each group of requests by itself: a chain in one delays no other', () => {
    const { wishes, before } = chain(200);
    const others = Array.from({ length: 20_000 }, (_none, index) => `u${index}`);
    const { holders } = decideOwnership(
      {
        wishes: [...wishes, ...others.map((name) => wish(name, name, [`${name}.alias`]))],
        invalid: [],
      },
      [...before, ...others.map((name) => holding(name, name))],
    );
    expect(holders.get('a199')).to.equal('shared:k199');
    for (const name of others) expect(holders.get(`${name}.alias`)).to.equal(`shared:${name}`);
  });
});
