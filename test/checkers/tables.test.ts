/** Tables as Postfix reads them, where the golden scenarios have none or an empty one. */
import { expect } from 'chai';

import { type WrittenPartition, writePartition } from '../support/written-partition.ts';
import { fingerprint } from '../support/fingerprint.ts';

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

  it('name every node of a relay, each with the fingerprints to know it by', async () => {
    const policy = `fingerprint match=${fingerprint('11')}|${fingerprint('CC')}`;
    partition = await writePartition('relay', {
      'mail-server-relay-mail1.example.com': {
        'outbound-host': 'Relay.example',
        'outbound-hosts': ['fd00::2', 'fd00::3'],
        'outbound-smtp-port': '10587',
        'tls-fingerprints': [fingerprint('11'), fingerprint('CC')],
      },
    });
    expect(await query('cdb:sender-transports', '@mail1.example.com')).to.equal(
      'relay:[relay.example]:10587, [fd00::2]:10587, [fd00::3]:10587',
    );
    for (const host of ['relay.example', 'fd00::2', 'fd00::3']) {
      expect(await query('cdb:tls-policies', `[${host}]:10587`), host).to.equal(policy);
    }
    const level = ['-P', 'relay/unix/smtp_tls_security_level'] as const;
    const { stdout } = await partition.run('postconf', '-c', partition.at('etc/postfix'), ...level);
    expect(stdout).to.equal('relay/unix/smtp_tls_security_level = fingerprint');
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

  it('hide where somebody is who submits mail, and nothing of what other servers wrote', async () => {
    partition = await writePartition('test-account');
    const { stdout: host } = await partition.run(
      'postconf',
      '-c',
      partition.at('etc/postfix'),
      '-h',
      'myhostname',
    );
    const checked = async (header: string) => {
      const table = `regexp:${partition.at('etc/postfix/submission-received.regexp')}`;
      const options = ['-c', partition.at('etc/postfix'), '-hq', '-'];
      const { stdout, stderr } = await partition.runWith(`${header}\n\n`, 'postmap', ...options, table);
      expect(stderr).to.equal('');
      return stdout;
    };
    const received = (by: string, protocol: string) =>
      [
        'Received: from laptop.home.example (cpe-7.isp.example [192.0.2.7])',
        '\t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)',
        '\t key-exchange X25519 server-signature ECDSA (P-256) server-digest SHA256)',
        '\t(Client CN "Alice", Issuer "Home" (not verified))',
        `\tby ${by} (Postfix) with ${protocol} id 4f0Abc1Xyz`,
        '\tfor <bob@example.com>; Thu, 26 Nov 2026 10:00:00 +0000 (UTC)',
      ].join('\n');
    const result = (await checked(received(host, 'ESMTPSA'))).replaceAll(/\s+/g, ' ');
    expect(result).to.match(
      /REPLACE Received: from logged-in\.invalid \(using TLSv1\.3 with cipher TLS_AES_256_GCM_SHA384\) by /,
    );
    expect(result).to.contain(
      `by ${host} (Postfix) with ESMTPSA id 4f0Abc1Xyz for <bob@example.com>; Thu, 26 Nov 2026 10:00:00 +0000 (UTC)`,
    );
    expect(result.slice(result.indexOf('REPLACE'))).not.to.match(/laptop|isp\.|192\.0\.2\.7|Alice/);
    for (const header of [
      received('other.example', 'ESMTPSA'),
      received(host, 'ESMTPS'),
      received(`x${host}`, 'ESMTPSA'),
      'Subject: by night',
    ])
      expect(await checked(header), header).to.equal('');
  });
});

describe('tables of a relay node', () => {
  let partition: WrittenPartition;
  before(async () => {
    partition = await writePartition('relay-node');
  });
  after(() => partition.remove());

  const query = async (service: 'inbound' | 'outbound', table: string, key: string) => {
    const folder = partition.at(`etc/postfix/${service}`);
    const { stdout, stderr } = await partition.run(
      'postmap',
      ...['-c', folder, '-q', key, `cdb:${folder}/${table}`],
    );
    expect(stderr).to.equal('');
    return stdout;
  };

  it('say the way to a backend that several domains share, each as it wants to be known', async () => {
    expect(await query('inbound', 'transports', 'same.example.com')).to.equal('backend:[fd00::11]:10025');
    for (const domain of ['mail1.example.com', 'same.example.com'])
      expect(await query('outbound', 'transports', domain)).to.equal('known-backend:[fd00::11]:10025');
    expect(await query('outbound', 'transports', 'mail3.example.com')).to.equal('backend:[fd00::11]:10025');
    expect(await query('outbound', 'backend_tls_policy_map', '[fd00::11]:10025')).to.equal(
      `fingerprint match=${fingerprint('11')}|${fingerprint('22')}`,
    );
  });

  it('give domains that disagree about one mail server a transport each, with a policy of its own', async () => {
    const policies = await Promise.all(
      ['mail4.example.com', 'stranger.example.com'].map(async (domain) => {
        const way = await query('outbound', 'transports', domain);
        const [, transport = ''] = /^(known-backend-[0-9a-f]{16}):\[fd00::14\]:10025$/.exec(way) ?? [];
        const folder = partition.at('etc/postfix/outbound');
        const parameter = `${transport}/unix/smtp_tls_policy_maps`;
        const { stdout: maps } = await partition.run('postconf', '-c', folder, '-Ph', parameter);
        const { stdout } = await partition.run('postmap', '-c', folder, '-q', '[fd00::14]:10025', maps);
        return stdout;
      }),
    );
    expect(policies).to.deep.equal([
      `fingerprint match=${fingerprint('44')}`,
      `fingerprint match=${fingerprint('44')}|${fingerprint('55')}`,
    ]);
    expect(await query('outbound', 'backend_tls_policy_map', '[fd00::14]:10025')).to.equal('');
  });

  it('know relayed domains in any letter case, and nothing below or beside them', async () => {
    expect(await query('inbound', 'relay-domains', 'Mail1.Example.COM')).to.equal('relayed');
    for (const name of ['x.mail1.example.com', 'example.com', '.mail1.example.com', 'foreign.example'])
      expect(await query('inbound', 'relay-domains', name), name).to.equal('');
  });

  it('keep the passwords of two accounts on one delivery service apart', async () => {
    const transportOf = async (domain: string) =>
      (await query('outbound', 'sender-transports', `@${domain}`)).replace(/:.*/, '');
    const services: Record<string, [hop: string, login: string]> = {};
    for (const { path, content } of partition.files) {
      const [, transport] = /^etc\/postfix\/outbound\/(delivery-\w+)-password$/.exec(path) ?? [];
      const [, hop = '', login = ''] = /^(\S+) (.*)\n$/.exec(content) ?? [];
      if (transport !== undefined) services[transport] = [hop, login];
    }
    expect(Object.values(services)).to.have.deep.members([
      ['[smtp.example.net]:587', 'one:secret: with "blanks"'],
      ['[smtp.example.net]:587', 'two:other'],
      ['', ''],
    ]);
    for (const [transport, [hop, login]] of Object.entries(services)) {
      if (hop !== '') expect(await query('outbound', `${transport}-password`, hop)).to.equal(login);
      else expect(await query('outbound', `${transport}-password`, '[fd00::25]:25')).to.equal('');
    }
    expect(services[await transportOf('foreign.example')]?.[1]).to.equal('two:other');
  });
});
