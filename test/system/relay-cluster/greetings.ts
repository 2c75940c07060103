/** What clients see of a node. */
import { X509Certificate } from 'node:crypto';

import { expect } from 'chai';

import { connectLines } from '../../support/system/line-client.ts';
import { openSmtp } from '../../support/system/smtp.ts';
import { servedBySmtp } from '../../support/system/watching.ts';
import { outside, pem, type Subject } from './relayed-mail.ts';

const reply = /^\d{3} /;

export const greetings: Subject = (relay) => {
  it('answers HELO with its name and nothing else', async () => {
    const { node1, node2 } = relay();
    const nodes = { 'mx1.relay.example': node1, 'mx2.relay.example': node2 };
    for (const [name, endpoints] of Object.entries(nodes)) {
      for (const endpoint of Object.values(endpoints)) {
        const client = await connectLines(endpoint, outside);
        expect(await client.until(reply)).to.match(new RegExp(`^220 ${name} `));
        expect(await client.command('HELO client.example', reply)).to.equal(`250 ${name}\r\n`);
        client.close();
      }
    }
  });

  it('announces its size limit, and no delivery notifications', async () => {
    const { node1, node2 } = relay();
    for (const endpoint of [...Object.values(node1), ...Object.values(node2)]) {
      const client = await openSmtp(endpoint, { from: outside });
      const keywords = await client.command('EHLO client.example', reply);
      expect(keywords).to.contain('SIZE 104857600');
      const large = await client.command('MAIL FROM:<out@world.example> SIZE=104857601', reply);
      expect(large).to.match(
        /^552 5\.3\.4 .*; a message may have 100 MiB, which is 72 MiB of attachments\r\n$/,
      );
      expect(keywords).to.not.match(/DSN|SILENT|XSILENT|ETRN|VRFY/);
      client.close();
    }
  });

  it('serves the certificate that the operator gave, inbound only', async () => {
    const { world, customCertificate, node1, node2 } = relay();
    const { fingerprint256 } = new X509Certificate(customCertificate.cert);
    expect(await servedBySmtp(node2.inbound)).to.equal(fingerprint256);
    const bundle = await world.read('node2', 'etc/postfix/inbound/ssl/postfix-inbound.bundle.pem');
    expect(bundle).to.equal(pem(customCertificate));
    const own = (await world.published('by password'))['tls-fingerprints'] as string[];
    expect(own).to.include(await servedBySmtp(node2.outbound));
    expect(own).to.include(await servedBySmtp(node1.inbound));
  });
};
