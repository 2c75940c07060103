import { expect } from 'chai';

import { blamedOnNode, exitCodeOf, exitCodes, OperatorError, shown } from '../../src/errors.ts';

describe('errors', () => {
  it('of the disk or of rights are for an operator, and say what to do', () => {
    const full = Object.assign(new Error("ENOSPC: no space left on device, write '/srv/x'"), {
      code: 'ENOSPC',
    });
    const blamed = blamedOnNode(full);
    expect(blamed).to.be.instanceOf(OperatorError);
    expect((blamed as OperatorError).message).to.equal(
      "ENOSPC: no space left on device, write '/srv/x'; make room on this disk",
    );
    expect(exitCodeOf(blamed)).to.equal(exitCodes.operator);
  });

  it('of any other kind stay what they are', () => {
    const missing = Object.assign(new Error("ENOENT: no such file, open '/srv/x'"), { code: 'ENOENT' });
    for (const error of [missing, new TypeError('x is undefined'), 'text', null]) {
      expect(blamedOnNode(error)).to.equal(error);
    }
    expect(exitCodeOf(missing)).to.equal(exitCodes.bug);
  });
});

describe('a value that an error shows', () => {
  it('is cut between characters, not within one', () => {
    for (const before of [54, 55, 56, 57]) {
      const text = shown(`${'x'.repeat(before)}${'\u{1f600}'.repeat(9)}`);
      expect(() => encodeURIComponent(text)).not.to.throw();
    }
  });
});
