/** Tables as Postfix reads them, where the golden scenarios have none or an empty one. */
import { expect } from 'chai';

import { type WrittenPartition, writePartition } from '../support/written-partition.ts';
import { fingerprint } from '../support/place.ts';

describe('tables of a mail server', () => {
  let partition: WrittenPartition;
  afterEach(() => partition.remove());

  const query = async (table: string, key: string) => {
    const { stdout, stderr } = await partition.run(
      ...([
        'postmap',
        '-c',
        partition.at('etc/postfix'),
        '-q',
        key,
        table.replace(':', `:${partition.at('etc/postfix/')}`),
      ] as [string, ...string[]]),
    );
    expect(stderr).to.equal('');
    return stdout;
  };

  it('say the way to a relay that has answered, and whom to trust', async () => {
    partition = await writePartition('relay', {
      'mail-server-relay-mail1.example.com': {
        'outbound-host': 'fd00::2',
        'outbound-smtp-port': '10587',
        'tls-fingerprints': [fingerprint('11'), fingerprint('CC')],
      },
    });
    expect(await query('cdb:sender-transports', '@mail1.example.com')).to.equal('relay:[fd00::2]:10587');
    expect(await query('cdb:sender-transports', '<>')).to.equal('relay:[fd00::2]:10587');
    expect(await query('cdb:tls-policies', '[fd00::2]:10587')).to.equal(
      `fingerprint match=${fingerprint('11')}|${fingerprint('CC')}`,
    );
    expect(await query('cdb:relay_clientcerts', fingerprint('CC'))).to.equal('relay');
    expect(await query('cdb:relay_clientcerts', fingerprint('DD'))).to.equal('');
  });

  it('hold a password with colons, blanks and quotes', async () => {
    partition = await writePartition('smarthost');
    expect(await query('cdb:smarthost-passwords', '[smtp.example.net]:587')).to.equal(
      'mail1:secret: with "blanks"',
    );
    expect(await query('cdb:tls-policies', '[smtp.example.net]:587')).to.equal('encrypt');
  });

  it('know any name of a hosted domain in a demonstration, and none of another', async () => {
    partition = await writePartition('open-radio-station');
    expect(await query('regexp:any-login.regexp', 'Any.one@station.example')).to.equal(
      'Any.one@station.example',
    );
    for (const address of [
      'anyone@stationxexample',
      'anyone@station.example.com',
      '@station.example',
      'station.example',
    ]) {
      expect(await query('regexp:any-login.regexp', address), address).to.equal('');
    }
  });
});
