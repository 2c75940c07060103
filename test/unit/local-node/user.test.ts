import { expect } from 'chai';
import { OperatorError } from '../../../src/errors.ts';
import { commandAs, parsePasswdLine } from '../../../src/local-node/user.ts';

describe("the node's user", () => {
  const user = { name: 'slapos-mail', uid: 995, gid: 994 };

  it('is taken on by setpriv, with its groups, when root starts the node', () => {
    expect(commandAs(user, ['id', '-u'], 0)).to.deep.equal([
      'setpriv',
      '--reuid=slapos-mail',
      '--regid=994',
      '--init-groups',
      '--',
      'id',
      '-u',
    ]);
  });

  it('needs no change when it starts the node itself', () => {
    expect(commandAs(user, ['id', '-u'], 995)).to.deep.equal(['id', '-u']);
  });

  it('is read from a line of the user database', () => {
    expect(parsePasswdLine('slapos-mail:x:995:994:,,,:/srv/slapos-mail:/usr/sbin/nologin\n')).to.deep.equal(
      user,
    );
  });

  it('is never read from a line without numbers', () => {
    expect(() => parsePasswdLine('slapos-mail:x:::')).to.throw(OperatorError);
  });
});
