import { expect } from 'chai';
import fc from 'fast-check';

import {
  parseMailPolicyConfig,
  serialiseMailPolicyConfig,
} from '../../../../src/daemons/mail-policy/config.ts';
import { exampleConfig } from './example-config.ts';

describe('the configuration of the mail policy', () => {
  it('comes back as it went', () => {
    const name = fc.oneof(fc.emailAddress(), fc.constant('__proto__'));
    const exception = fc.record(
      { messagesPerHour: fc.nat(), recipientsPerDay: fc.nat() },
      { requiredKeys: [], noNullPrototype: true },
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(name, exception)), (exceptions) => {
        const config = { ...exampleConfig('/srv/slappart0'), sendingExceptions: new Map(exceptions) };
        expect(parseMailPolicyConfig(serialiseMailPolicyConfig(config), 'file')).to.deep.equal(config);
      }),
    );
  });
});
