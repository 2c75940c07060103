import { expect } from 'chai';

import { parseMailPolicyConfig } from '../../../../src/daemons/mail-policy/config.ts';
import { contents, domain, processMailServer, type Processing } from '../../../support/mail-server-run.ts';

function planned(processing: Processing = {}) {
  const { plan } = processMailServer(processing);
  const files = contents(plan);
  const file = (path: string) => files.get(path) ?? '';
  return { plan, file, config: parseMailPolicyConfig(file('etc/mail-policy.json'), 'etc/mail-policy.json') };
}

const alice = { address: `alice@${domain}` };
const bob = {
  address: `bob@${domain}`,
  'sending-limits': { 'messages-per-day': 7, 'recipients-per-hour': 0 },
};

describe('the policy process of a mail server', () => {
  it('knows the instance’s limits, and those accounts only that differ', () => {
    const { config } = planned({
      parameters: {
        'sending-limits': { 'messages-per-hour': 12 },
        'accounts-may-exceed-limits': true,
        'log-in-limits': { failures: 3 },
      },
      shared: { alice, bob },
    });
    expect(config.sendingLimits).to.deep.equal({
      messagesPerHour: 12,
      messagesPerDay: 2500,
      recipientsPerHour: 1000,
      recipientsPerDay: 5000,
    });
    expect(config.logInLimits).to.deep.equal({ failures: 3, minutes: 10 });
    expect([...config.sendingExceptions.keys()]).to.have.members([bob.address, 'delivery@promise.invalid']);
    expect(config.sendingExceptions.get(bob.address)).to.deep.equal({
      messagesPerDay: 7,
      recipientsPerHour: 0,
    });
  });

  it('rewrites senders to the first domain, and takes bounces in all', () => {
    const { config } = planned({ parameters: { 'mail-domains': ['b.example', 'a.example'] } });
    expect(config.srs.domain).to.equal('b.example');
    expect(config.srs.hosted).to.include.members(['a.example', 'b.example', 'promise.invalid']);
  });

  it('is asked about foreign senders only', () => {
    const { file } = planned({ parameters: { 'mail-domains': ['b.example', 'a.example'] } });
    expect(file('etc/postfix/main.cf')).to.match(
      /^sender_canonical_maps = pipemap:\{regexp:\S+\/etc\/postfix\/srs-senders\.regexp, socketmap:unix:\S+:srs-forward\}$/m,
    );
    expect(file('etc/postfix/srs-senders.regexp')).to.equal('if !/@b\\.example$/\n/^(.+@.+)$/ $1\nendif\n');
  });

  it('keeps its secrets from one processing to the next, and out of everything that others can read', () => {
    const first = planned();
    const second = planned({ ledger: first.plan.ledger, seed: 7 });
    expect(second.config).to.deep.equal(first.config);
    const [, nonce = ''] =
      /^auth_policy_hash_nonce = (.*)$/m.exec(first.file('etc/dovecot/dovecot.conf')) ?? [];
    const secrets = [first.config.srs.secret, nonce];
    expect(new Set(secrets)).to.have.property('size', 2);
    for (const secret of secrets) expect(secret).to.match(/^[\w-]{32}$/);
    for (const { path, mode } of first.plan.files.filter(({ path }) =>
      secrets.some((each) => first.file(path).includes(each)),
    )) {
      expect(['etc/mail-policy.json', 'etc/dovecot/dovecot.conf'], path).to.include(path);
      expect(mode, path).to.equal(0o600);
    }
    for (const secret of secrets) expect(JSON.stringify(first.plan.publications)).to.not.contain(secret);
  });

  it('is not restarted when its settings change: it sees by itself what to do', () => {
    const { plan } = planned();
    const restarted = plan.files.filter(({ restart }) => restart === 'mail-policy').map(({ path }) => path);
    expect(restarted).to.deep.equal(['libexec/start-mail-policy']);
    expect(plan.files.find(({ path }) => path === 'etc/mail-policy.json')).to.not.have.any.keys(
      'reload',
      'restart',
    );
  });

  it('is where Dovecot and Postfix ask', () => {
    const { file, config } = planned();
    const folder = '/srv/slapgrid/slappart0/var/run';
    expect([config.sendingSocket, config.srsSocket, config.logInSocket]).to.deep.equal([
      `${folder}/mail-policy.sock`,
      `${folder}/srs.sock`,
      `${folder}/log-ins/T0A0001`,
    ]);
    expect(file('libexec/dovecot-auth')).to.contain(`export SOCKET_WRAPPER_DIR=${folder}/log-ins\n`);
    for (const path of [config.sendingSocket, config.srsSocket])
      expect(file('etc/postfix/main.cf')).to.contain(`unix:${path}`);
  });
});
