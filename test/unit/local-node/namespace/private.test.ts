import { expect } from 'chai';

import { inPrivateNamespace } from '../../../../src/local-node/namespace/private.ts';

describe('a private namespace', () => {
  it('is made by root, who stays root in it', () => {
    const command = inPrivateNamespace({ uid: 0, gid: 0, access: 'root' }, { A: 'b c' }, ['id']);
    expect(command.slice(0, 4)).to.deep.equal(['unshare', '--net', '--mount', 'sh']);
    expect(command.slice(5)).to.deep.equal(['env', 'A=b c', 'id']);
  });

  it('is made by sudo for others, who are themselves in it', () => {
    const command = inPrivateNamespace({ uid: 1000, gid: 1001, access: 'sudo' }, {}, ['id']);
    expect(command.slice(0, 3)).to.deep.equal(['sudo', '-n', 'unshare']);
    expect(command.slice(7)).to.deep.equal([
      ...['setpriv', '--reuid=1000', '--regid=1001', '--init-groups'],
      ...['env', 'id'],
    ]);
  });
});
