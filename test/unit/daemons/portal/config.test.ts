import { expect } from 'chai';

import { OperatorError } from '../../../../src/errors.ts';
import {
  mailServices,
  parsePortalConfig,
  type PortalConfig,
  serialisePortalConfig,
} from '../../../../src/daemons/portal/config.ts';

const config: PortalConfig = {
  partition: '/srv/slappart0',
  socket: '/srv/slappart0/var/run/portal.sock',
  log: '/srv/slappart0/var/log/portal.log',
  title: 'mail one',
  monitorUrl: 'https://[fd00::1]:8196',
  accounts: {
    webmailUrl: 'https://[fd00::1]:8081/',
    mailDomains: ['example.com'],
    messageSize: { message: '50', attachments: '36' },
    services: Object.fromEntries(
      mailServices.map((service, index) => [service, { host: 'fd00::1', port: index + 1 }]),
    ),
  },
};

describe("the portal's configuration", () => {
  it('comes back as it went, with and without pages for accounts', () => {
    for (const each of [config, { ...config, accounts: null }])
      expect(parsePortalConfig(serialisePortalConfig(each), 'file')).to.deep.equal(each);
  });

  it('says what is wrong with it', () => {
    const written = JSON.parse(serialisePortalConfig(config)) as Record<string, unknown>;
    for (const [changes, reason] of [
      [{ socket: 'var/portal.sock' }, '/socket must be an absolute path'],
      [{ title: '' }, '/title must be a text that is not empty'],
      [{ accounts: false }, '/accounts must be an object'],
      [{ accounts: { 'webmail-url': 'x', 'mail-domains': [1] } }, '/accounts/mail-domains/0 must be a text'],
    ] as const)
      expect(() => parsePortalConfig(JSON.stringify({ ...written, ...changes }), '/portal.json')).to.throw(
        OperatorError,
        `/portal.json: ${reason}`,
      );
  });
});
