import { expect } from 'chai';

import { logInAttempts } from '../../../../src/daemons/kit/log-in-attempts.ts';

const limits = { failures: 3, minutes: 10 };
const patience = { wait: 60, attempt: 60_000 };

describe('attempts to log in', () => {
  const start = () => {
    const attempts = logInAttempts(patience);
    const fail = async (key: string) => {
      if ((await attempts.begin(key, limits)) === 'allowed') await attempts.end(key, 'failure', limits);
    };
    return { ...attempts, fail };
  };

  it('are refused after so many failures, for so many minutes; those of another key are not', async () => {
    const { begin, fail } = start();
    for (let index = 0; index < 5; index += 1) await fail('a');
    expect(await begin('a', limits)).to.be.within(599_000, 600_000);
    expect(await begin('b', limits)).to.equal('allowed');
  });

  it('do not count when they succeed', async () => {
    const { begin, end, fail } = start();
    await fail('a');
    await fail('a');
    for (let index = 0; index < 10; index += 1) {
      expect(await begin('a', limits)).to.equal('allowed');
      await end('a', 'success', limits);
    }
    await fail('a');
    expect(await begin('a', limits)).to.be.a('number');
  });

  it('wait for each other when they come all at once', async () => {
    const { begin, end } = start();
    let most = 0;
    let now = 0;
    const logIn = async () => {
      const outcome = await begin('a', limits);
      if (outcome !== 'allowed') return outcome;
      most = Math.max(most, (now += 1));
      await new Promise((resolve) => setImmediate(resolve));
      now -= 1;
      await end('a', 'success', limits);
      return outcome;
    };
    const outcomes = await Promise.all(Array.from({ length: 20 }, logIn));
    expect(outcomes).to.deep.equal(outcomes.map(() => 'allowed'));
    expect(most).to.equal(3);
  });

  it('slip through no more than the limit when guesses come all at once', async () => {
    const { begin, end } = start();
    let allowed = 0;
    const guess = async () => {
      if ((await begin('a', limits)) !== 'allowed') return;
      allowed += 1;
      await new Promise((resolve) => setImmediate(resolve));
      await end('a', 'failure', limits);
    };
    await Promise.all(Array.from({ length: 20 }, guess));
    expect(allowed).to.equal(3);
  });

  it('do not wait for ever for one whose outcome nobody tells', async () => {
    const { begin } = start();
    for (let index = 0; index < 3; index += 1) await begin('a', limits);
    expect(await begin('a', limits)).to.be.a('number');
    const impatient = logInAttempts({ wait: 1_000, attempt: 10 });
    for (let index = 0; index < 4; index += 1) expect(await impatient.begin('a', limits)).to.equal('allowed');
  });

  it('are without limit when it is 0', async () => {
    const attempts = logInAttempts(patience);
    const unlimited = { failures: 0, minutes: 10 };
    for (let index = 0; index < 50; index += 1) {
      expect(await attempts.begin('a', unlimited)).to.equal('allowed');
      await attempts.end('a', 'failure', unlimited);
    }
  });
});
