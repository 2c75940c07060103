import { expect } from 'chai';

import { parseServer } from '../../../src/names/server.ts';

describe('another server', () => {
  it('is a host name, without the dot at its end, or an address in one spelling', () => {
    const good = {
      'smtp.Example.com': 'smtp.Example.com',
      'smtp.example.com.': 'smtp.example.com',
      localhost: 'localhost',
      smtp_1: 'smtp_1',
      '192.0.2.1': '192.0.2.1',
      '2001:DB8:0::1': '2001:db8::1',
      '::ffff:192.0.2.1': '192.0.2.1',
      '::1': '::1',
    };
    for (const [text, server] of Object.entries(good)) expect(parseServer(text), text).to.equal(server);
  });

  it('is nothing that Postfix cannot look up, and no address that a server cannot have', () => {
    const bad = [
      '',
      '.',
      'a..b',
      '.a',
      '-a.example',
      'a-.example',
      '1.2.3',
      '999.1.1.1',
      '012',
      '1.2.3.4/32',
    ];
    for (const text of [...bad, '0.0.0.0', '::', 'ff02::1', 'fe80::1', '255.255.255.255', ':::', '1::2::3'])
      expect(parseServer(text), text).to.equal(null);
  });
});
