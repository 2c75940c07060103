/** Services that are stopped or killed, and a disk that is full. */
import { expect } from 'chai';

import { eventually } from '../../support/system/eventually.ts';
import { expectEveryPromiseChecked } from '../../support/system/promise-results.ts';
import { servicePids } from '../../support/system/watching.ts';
import type { WatchedServer } from './watched-server.ts';

export function services(watched: () => WatchedServer): void {
  it('all pass on a healthy instance', async () => {
    const { mail, partition, failing } = watched();
    expect([...(await failing())]).to.deep.equal([]);
    await expectEveryPromiseChecked(mail.node, partition);
  });

  for (const { service, expected } of [
    { service: 'postfix', expected: { smtp_listen: /^nobody listens on \[::1\]:\d+ .*; start postfix/ } },
    {
      service: 'dovecot',
      expected: {
        imap_listen: /start dovecot, see var\/log\/dovecot\.log$/,
        imaps_listen: /start dovecot/,
        sieve_listen: /start dovecot/,
      },
    },
    {
      service: 'apache',
      expected: {
        'apache-httpd-port-listening': /start apache/,
        'monitor-httpd-listening-on-tcp': /start apache/,
      },
    },
    {
      service: 'portal',
      expected: {
        'portal-socket-listening': /^nobody listens on .*portal\.sock .*; start portal/,
        'portal-answers': /answers 503 instead of 200; see the logs of Apache and of the portal$/,
        'monitor-http-frontend': /answers 503 instead of 401; see the logs of Apache and of the portal$/,
      },
    },
    {
      service: 'mail-policy',
      expected: {
        'mail-policy-socket-listening': /start mail-policy, see var\/log\/mail-policy\.log$/,
        'srs-socket-listening': /start mail-policy/,
        'auth-policy-listening': /start mail-policy/,
        // Nobody can send meanwhile: this one says why.
        'mail-delivery': /mailboxes cannot be asked for room; try again later/,
      },
    },
    { service: 'crond', expected: { 'crond-running': /^crond does not run/ } },
  ]) {
    it(`say that ${service} is stopped, and nothing else`, async () => {
      const { expectFailing, recovered, supervise } = watched();
      await supervise('stop', service);
      try {
        await expectFailing(expected as Record<string, RegExp>);
      } finally {
        await supervise('start', service);
      }
      await recovered();
    });
  }

  it('say that a service was killed, and the next processing mends it', async () => {
    const { mail, partition, expectFailing, recovered } = watched();
    const { crond } = await servicePids(mail, partition);
    process.kill(Number(crond), 'SIGKILL');
    await eventually('crond has ended', async () => (await servicePids(mail, partition))['crond'] !== crond);
    await expectFailing({ 'crond-running': /start it/ });
    await mail.reprocess();
    await recovered();
  });

  it('say that the disk is too full', async () => {
    const { expectFailing, recovered, configure } = watched();
    await configure('check-free-disk-space', 'min-mebibytes', '1000000000');
    await expectFailing({
      'check-free-disk-space': /MiB .* are free, less than 1000000000 MiB .*; make room/,
    });
    await configure('check-free-disk-space', 'min-mebibytes', '1');
    await recovered();
  });
}
