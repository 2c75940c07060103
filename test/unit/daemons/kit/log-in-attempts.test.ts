import { expect } from 'chai';

import { logInAttempts } from '../../../../src/daemons/kit/log-in-attempts.ts';

const limits = { failures: 3, minutes: 10 };
const patience = { wait: 60, attempt: 60_000 };

describe('attempts to log in', () => {
  const start = () => {
    const attempts = logInAttempts(patience);
    const fail = async (key: string, guess = nextGuess()) => {
      const attempt = { key, guess };
      if ((await attempts.begin(attempt, limits)) === 'allowed')
        await attempts.end(attempt, 'failure', limits);
    };
    return { ...attempts, fail };
  };
  let guesses = 0;
  const nextGuess = () => `wrong ${(guesses += 1)}`;
  /** With the right password. */
  const right = (key: string) => ({ key, guess: 'right' });

  it('are refused after so many failures, for so many minutes; those of another key are not', async () => {
    const { begin, fail } = start();
    for (let index = 0; index < 5; index += 1) await fail('a');
    expect(await begin(right('a'), limits)).to.be.within(599_000, 600_000);
    expect(await begin(right('b'), limits)).to.equal('allowed');
  });

  it('do not count when they succeed', async () => {
    const { begin, end, fail } = start();
    await fail('a');
    await fail('a');
    for (let index = 0; index < 10; index += 1) {
      expect(await begin(right('a'), limits)).to.equal('allowed');
      await end(right('a'), 'success', limits);
    }
    await fail('a');
    expect(await begin(right('a'), limits)).to.be.a('number');
  });

  it('with one password at once need not wait for each other', async () => {
    const { begin, end } = start();
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => begin(right('a'), limits)));
    expect(outcomes).to.deep.equal(outcomes.map(() => 'allowed'));
    for (let index = 0; index < outcomes.length; index += 1) await end(right('a'), 'success', limits);
    expect(await begin(right('a'), limits)).to.equal('allowed');
  });

  it('wait for those with other passwords when they come all at once', async () => {
    const { begin, end } = start();
    let most = 0;
    let now = 0;
    const logIn = async () => {
      const attempt = { key: 'a', guess: '' };
      const outcome = await begin(attempt, limits);
      if (outcome !== 'allowed') return outcome;
      most = Math.max(most, (now += 1));
      await new Promise((resolve) => setImmediate(resolve));
      now -= 1;
      await end(attempt, 'success', limits);
      return outcome;
    };
    const outcomes = await Promise.all(Array.from({ length: 20 }, logIn));
    expect(outcomes).to.deep.equal(outcomes.map(() => 'allowed'));
    expect(most).to.equal(3);
  });

  it('with one wrong password are one guess, however often and at how many places at once it is tried', async () => {
    const { begin, end, fail } = start();
    for (let index = 0; index < 20; index += 1) await fail('a', 'old');
    await Promise.all(Array.from({ length: 20 }, () => fail('a', 'old')));
    await fail('a', 'older');
    expect(await begin(right('a'), limits)).to.equal('allowed');
    await end(right('a'), 'success', limits);
    await fail('a', 'oldest');
    expect(await begin(right('a'), limits)).to.be.a('number');
    expect(await begin({ key: 'a', guess: 'old' }, limits)).to.be.a('number');
  });

  it('are counted each when it is not known what was tried', async () => {
    const { begin, fail } = start();
    for (let index = 0; index < 3; index += 1) await fail('a', '');
    expect(await begin(right('a'), limits)).to.be.a('number');
  });

  it('are one guess of one account and client only', async () => {
    const { begin, fail } = start();
    for (const key of ['a', 'b']) for (let index = 0; index < 3; index += 1) await fail(key, `${index}`);
    for (const key of ['a', 'b']) expect(await begin(right(key), limits)).to.be.a('number');
  });

  it('slip through no more than the limit when guesses come all at once', async () => {
    const { begin, end } = start();
    let allowed = 0;
    const guess = async () => {
      const attempt = { key: 'a', guess: nextGuess() };
      if ((await begin(attempt, limits)) !== 'allowed') return;
      allowed += 1;
      await new Promise((resolve) => setImmediate(resolve));
      await end(attempt, 'failure', limits);
    };
    await Promise.all(Array.from({ length: 20 }, guess));
    expect(allowed).to.equal(3);
  });

  it('do not wait for ever for one whose outcome nobody tells', async () => {
    const { begin } = start();
    for (let index = 0; index < 3; index += 1) await begin({ key: 'a', guess: nextGuess() }, limits);
    expect(await begin(right('a'), limits)).to.be.a('number');
    const impatient = logInAttempts({ wait: 1_000, attempt: 10 });
    for (let index = 0; index < 4; index += 1)
      expect(await impatient.begin({ key: 'a', guess: nextGuess() }, limits)).to.equal('allowed');
  });

  it('are without limit when it is 0', async () => {
    const attempts = logInAttempts(patience);
    const unlimited = { failures: 0, minutes: 10 };
    for (let index = 0; index < 50; index += 1) {
      const attempt = { key: 'a', guess: nextGuess() };
      expect(await attempts.begin(attempt, unlimited)).to.equal('allowed');
      await attempts.end(attempt, 'failure', unlimited);
    }
  });
});
