/** Services that are stopped or killed, and a disk that is full. */
import { expect } from 'chai';

import { eventually } from '../../support/system/eventually.ts';
import { expectEveryPromiseKept } from '../../support/system/promise-results.ts';
import { servicePids } from '../../support/system/watching.ts';
import type { WatchedServer } from './watched-server.ts';

export function services(watched: () => WatchedServer): void {
  it('all pass on a healthy instance', async () => {
    const { mail, partition } = watched();
    await expectEveryPromiseKept(mail.node, partition);
  });

  for (const { services: stopped, expected } of [
    {
      services: ['postfix', 'apache', 'crond'],
      expected: {
        smtp_listen: /^nobody listens on \[::1\]:\d+ .*; start postfix/,
        'apache-httpd-port-listening': /start apache/,
        'monitor-httpd-listening-on-tcp': /start apache/,
        'crond-running': /^crond does not run/,
      },
    },
    {
      services: ['dovecot', 'portal'],
      expected: {
        imap_listen: /start dovecot, see var\/log\/dovecot\.log$/,
        imaps_listen: /start dovecot/,
        sieve_listen: /start dovecot/,
        'portal-socket-listening': /^nobody listens on .*portal\.sock .*; start portal/,
        'portal-answers': /answers 503 instead of 200; see the logs of Apache and of the portal$/,
        'monitor-http-frontend': /answers 503 instead of 401; see the logs of Apache and of the portal$/,
      },
    },
    {
      services: ['mail-policy'],
      expected: {
        'mail-policy-socket-listening': /start mail-policy, see var\/log\/mail-policy\.log$/,
        'author-policy-socket-listening': /start mail-policy/,
        'srs-socket-listening': /start mail-policy/,
        'delay-notices-socket-listening': /start mail-policy/,
        'auth-policy-socket-listening': /start mail-policy/,
        // Nobody can send meanwhile: this one says why.
        'mail-delivery': /mailboxes cannot be asked for room; try again later/,
      },
    },
  ]) {
    it(`say that ${stopped.join(', ')} are stopped, and nothing else`, async () => {
      const { expectFailing, supervise } = watched();
      for (const service of stopped) await supervise('stop', service);
      try {
        await expectFailing(expected as Record<string, RegExp>);
      } finally {
        for (const service of stopped) await supervise('start', service);
      }
    });
  }

  it('say that a service was killed, and the next processing mends it', async () => {
    const { mail, partition, expectFailing } = watched();
    const { crond } = await servicePids(mail, partition);
    process.kill(Number(crond), 'SIGKILL');
    await eventually('crond has ended', async () => (await servicePids(mail, partition))['crond'] !== crond);
    await expectFailing({ 'crond-running': /start it/ });
    await mail.reprocess();
    expect((await servicePids(mail, partition))['crond']).to.match(/^\d+$/);
  });

  it('say that the disk is too full', async () => {
    const { expectFailing, configure } = watched();
    await configure('check-free-disk-space', 'min-mebibytes', '1000000000');
    await expectFailing({
      'check-free-disk-space': /MiB .* are free, less than 1000000000 MiB .*; make room/,
    });
    await configure('check-free-disk-space', 'min-mebibytes', '1');
  });
}
