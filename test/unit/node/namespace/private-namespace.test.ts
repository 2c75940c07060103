import { expect } from 'chai';

import { inPrivateNamespace } from '../../../../src/node/namespace/private-namespace.ts';

describe('a private namespace', () => {
  it('is made by root without another user namespace', () => {
    const command = inPrivateNamespace(['id'], { uid: 0, gid: 0 });
    expect(command.slice(0, 4)).to.deep.equal(['unshare', '--net', '--mount', 'sh']);
    expect(command.slice(5)).to.deep.equal(['id']);
  });

  it('gives others the rights to prepare it only, and runs the command as themselves', () => {
    const command = inPrivateNamespace(['id'], { uid: 1000, gid: 1001 });
    expect(command.slice(0, 5)).to.deep.equal(['unshare', '--net', '--mount', '--user', '--map-root-user']);
    expect(command.slice(7)).to.deep.equal([
      ...['unshare', '--user', '--map-user=1000', '--map-group=1001'],
      'id',
    ]);
  });
});
