import { expect } from 'chai';

import { attemptLimits } from '../../../../src/daemons/portal/attempt-limits.ts';

describe('attempt limits', () => {
  it('of one user use up nothing of what the client has for others', async () => {
    const limits = attemptLimits();
    for (let index = 0; index < 100; index += 1) await limits.begin('192.0.2.7', 'alice');
    expect(await limits.begin('192.0.2.7', 'alice')).to.be.within(1, 300);
    for (let index = 0; index < 50; index += 1)
      expect(await limits.begin('192.0.2.7', `user ${index}`)).to.equal(null);
    expect(await limits.begin('192.0.2.7', 'one more')).to.be.within(1, 300);
  });

  it('are not counted when they succeed, neither for the user nor for the client', async () => {
    const limits = attemptLimits();
    for (let index = 0; index < 100; index += 1) {
      expect(await limits.begin('192.0.2.7', 'alice')).to.equal(null);
      await limits.forgive('192.0.2.7', 'alice');
    }
  });
});
