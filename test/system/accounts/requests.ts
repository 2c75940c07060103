/** What requesters of accounts read back: an account, or why there is none. */
import { expect } from 'chai';

import { type Accounts, at, domain } from './requested-accounts.ts';

/** Reference → parameters; each must be refused for itself. */
export const hostile: Record<string, object> = {
  'no-address': {},
  empty: { address: '' },
  number: { address: 7 },
  'no-at': { address: 'mallory' },
  'no-local-part': { address: at('') },
  'two-ats': { address: at('mallory@elsewhere.example') },
  'domain-with-dot-at-end': { address: `mallory@${domain}.` },
  promise: { address: 'delivery@promise.invalid' },
  newline: { address: `mallory@${domain}\nroot@${domain}` },
  'newline-inside': { address: at('mal\nlory') },
  colon: { address: at('mallory:{PLAIN}secret:') },
  blank: { address: at('mal lory') },
  null: { address: at('mal\u0000lory') },
  'path-upwards': { address: at('../../../etc/passwd') },
  'dots-only': { address: at('..') },
  percent: { address: at('mallory%elsewhere.example') },
  bang: { address: at('elsewhere.example!mallory') },
  quoted: { address: at('"mallory"') },
  pipe: { address: at('|id') },
  shell: { address: at('$(id)') },
  buildout: { address: at('${buildout:directory}') },
  template: { address: at('{{user}}') },
  dovecot: { address: at('%u') },
  option: { address: at('-f') },
  wildcard: { address: at('*') },
  'catch-all': { address: `@${domain}` },
  umlaut: { address: at('mällory') },
  'kelvin-sign': { address: at('\u212A') },
  'too-long': { address: at('m'.repeat(65)) },
  'short-token': { address: at('mallory'), 'reset-token': 'short' },
};

export function requests(accounts: () => Accounts): void {
  it('publishes address, token, set-up link and addresses to send from, and nothing else', async () => {
    const published = await accounts().mail.published('alice');
    expect(published).to.have.all.keys('address', 'token', 'setup-url', 'addresses');
    expect(published['address']).to.equal(at('alice'));
    expect(published['addresses']).to.deep.equal([at('alice')]);
    expect(published['token']).to.match(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    const link = new URL(String(published['setup-url']));
    expect(link.pathname).to.match(/\/password\.php$/);
    expect([link.searchParams.get('user'), link.searchParams.get('token')]).to.deep.equal([
      at('alice'),
      published['token'],
    ]);
  });

  it('tolerates parameters of an account that it does not know', async () => {
    expect(await accounts().mail.published('extra'))
      .to.include({ address: at('extra') })
      .and.not.have.property('error');
  });

  it('refuses a duplicate address, and tells its requester and the mail server', async () => {
    const refused = await accounts().mail.published('second');
    expect(refused).to.have.all.keys('address', 'error');
    expect(refused['error']).to.contain('address_already_used');
    const errors = (await accounts().mail.published('mail1'))['error-dict'] as Record<
      string,
      { error: string }
    >;
    expect(errors['_second']?.error).to.contain('address_already_used');
  });

  for (const [name, parameters] of Object.entries(hostile)) {
    it(`refuses the account "${name}" for itself: ${JSON.stringify(parameters)}`, async () => {
      const refused = await accounts().mail.published(name);
      expect(refused['error']).to.be.a('string').that.does.not.equal('');
      expect(refused).to.not.have.any.keys('token', 'setup-url');
    });
  }
}
