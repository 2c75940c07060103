/** Services that present another certificate than the current one. */
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';

import { eventually } from '../../support/system/eventually.ts';
import { endpointsOf } from '../../support/system/mail-server.ts';
import { runTool, servedBySmtp } from '../../support/system/watching.ts';
import type { WatchedServer } from './watched-server.ts';

const certificatePromises = [
  'outbound_certificate_served',
  'imap_certificate_served',
  'web_certificate_served',
];

export function certificates(watched: () => WatchedServer): void {
  it('say that SMTP serves another certificate than the current one', async () => {
    const { mail, partition, expectFailing } = watched();
    const configuration = join(partition, 'etc/postfix/main.cf');
    const text = await readFile(configuration, 'utf8');
    await writeFile(
      configuration,
      text.replace(/^(smtpd_tls_chain_files = .*)postfix-backend\.bundle/m, '$1postfix-backend.next.bundle'),
    );
    await runTool(mail, partition, 'postfix', 'reload');
    const { smtp } = endpointsOf(await mail.published('mail1'));
    const ssl = join(partition, 'etc/postfix/ssl');
    const next = await readFile(join(ssl, 'postfix-backend.next.fingerprint'), 'utf8');
    await eventually('it is served', async () => next.includes((await servedBySmtp(smtp)) ?? 'none'));
    await expectFailing({
      outbound_certificate_served: /serves another certificate than .*; reload the service$/,
    });
    await writeFile(configuration, text);
    await runTool(mail, partition, 'postfix', 'reload');
  });

  it('say that services have not read the current certificate', async () => {
    const { mail, partition, failing } = watched();
    const bundle = join(partition, 'etc/postfix/ssl/postfix-backend.bundle.pem');
    const original = await readFile(bundle);
    await copyFile(bundle.replace('.bundle', '.next.bundle'), bundle);
    try {
      const messages = await failing();
      // An SMTP server process may be a new one, which has read it.
      expect(certificatePromises).to.include.members([...messages.keys()]);
      expect([...messages.keys()]).to.include.members(['imap_certificate_served', 'web_certificate_served']);
    } finally {
      await writeFile(bundle, original);
      await runTool(mail, partition, 'postfix', 'reload');
    }
  });
}
