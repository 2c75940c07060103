/** What changes things, one after the other: certificates, MX records, a node that stops. */
import { X509Certificate } from 'node:crypto';

import { expect } from 'chai';

import { selfSignedIdentity } from '../../../src/local-node/stand-ins/self-signed-identity.ts';
import { taken } from '../../support/system/smtp-stand-in.ts';
import { sendAccepted } from '../../support/system/smtp.ts';
import { servedBySmtp } from '../../support/system/watching.ts';
import { expectNobodyHas } from './claims.ts';
import {
  arrived,
  clusterParameters,
  foreign,
  logIn,
  noCertificate,
  outside,
  pem,
  type Subject,
  user1,
  user2,
} from './relayed-mail.ts';

export const changes: Subject = (relay) => {
  it('goes on through the rotation of certificates, of a node and of a mail server', async () => {
    const { world, nameServer, delivery, firstPassword, mail1, mail2, node1, node2 } = relay();
    const pair = async (name: string, folder: string, file: string) =>
      Promise.all(
        ['', '.next'].map(async (suffix) => {
          const line = await world.read(name, `${folder}/${file}${suffix}.fingerprint`);
          return line.slice(line.indexOf('=') + 1).trim();
        }),
      );
    const ofNode = () => pair('node1', 'etc/postfix/ssl', 'postfix');
    const ofMail1 = () => pair('mail1', 'etc/postfix/ssl', 'postfix-backend');
    const before = { node: await ofNode(), mail1: await ofMail1() };
    for (const name of ['node1', 'mail1']) {
      const { exitCode, output } = await world.tool(name, 'postfix-certificate-rotate');
      expect(exitCode, output).to.equal(0);
    }
    const another = await selfSignedIdentity('stand-in', 30);
    const { 'verification-entry': proof } = await world.published('proven 2');
    for (const name of ['elsewhere', 'disputed', 'proven']) {
      await nameServer.add(`${name}.example. MX 10 mx1.relay.example.`);
    }
    await nameServer.add(String(proof));
    await world.requestCluster(clusterParameters('started', pem(another)));
    await world.reprocess(2);
    const after = { node: await ofNode(), mail1: await ofMail1() };
    expect(after.node[0]).to.equal(before.node[1]);
    expect(after.mail1[0]).to.equal(before.mail1[1]);

    const ofNode2 = await pair('node2', 'etc/postfix/ssl', 'postfix');
    for (const name of ['mail1', 'mail2']) {
      const trusted = fingerprints(await world.read(name, 'etc/postfix/relay_clientcerts'));
      expect(trusted, name).to.have.members([...after.node, ...ofNode2]);
    }
    const ofMail2 = await pair('mail2', 'etc/postfix/ssl', 'postfix-backend');
    for (const name of ['node1', 'node2']) {
      const trusted = fingerprints(await world.read(name, 'etc/postfix/outbound/backend_tls_policy_map'));
      expect(trusted, name).to.have.members([...after.mail1, ...ofMail2, noCertificate]);
    }
    expect(await servedBySmtp(node1.outbound)).to.equal(after.node[0]);
    expect(await servedBySmtp(node1.inbound)).to.equal(after.node[0]);
    expect(await servedBySmtp(mail1.smtp)).to.equal(after.mail1[0]);
    expect(await servedBySmtp(node2.inbound)).to.equal(new X509Certificate(another.cert).fingerprint256);

    await arrived(mail2, user2, await sendAccepted(mail1.smtp, user1, user2, logIn(user1)));
    await arrived(mail1, user1, await sendAccepted(mail2.smtp, user2, user1, logIn(user2)));
    await taken(delivery, await sendAccepted(mail1.smtp, user1, foreign, logIn(user1)));
    const inbound = await sendAccepted(node1.inbound, 'out@world.example', user1, { from: outside });
    await arrived(mail1, user1, inbound);
    expect((await world.published('by password'))['outbound-password']).to.equal(firstPassword);
  });

  it('relays a domain once its mail comes here, and wants a proof of rivals', async () => {
    const { world, addressBackend, node1 } = relay();
    expect(await world.published('elsewhere')).to.include({ 'outbound-host': node1.outbound.host });
    const options = { from: outside };
    const subject = await sendAccepted(node1.inbound, 'out@world.example', 'any@elsewhere.example', options);
    await taken(addressBackend, subject);
    await expectNobodyHas(world, 'disputed');
    expect(await world.published('proven 1')).to.deep.equal({
      domain: 'proven.example',
      error: 'this domain has already been claimed',
    });
    expect(await world.published('proven 2')).to.include({ 'outbound-host': node1.outbound.host });
  });

  it('does not hand out a node that is stopped', async () => {
    const { world, customCertificate, mail1, mail2, node1, node2 } = relay();
    await world.requestCluster(clusterParameters('stopped', pem(customCertificate)));
    await world.reprocess(1);
    const { 'relay-hosts': hosts } = await world.published('mailrelay');
    expect(hosts).to.deep.equal([node1.inbound.host]);
    const published = await world.published('by address');
    expect(published['dns-entries']).to.equal('by-address.example. MX 10 mx1.relay.example.');
    expect(published['tls-fingerprints']).to.have.lengthOf(2);
    expect(fingerprints(await world.read('mail1', 'etc/postfix/relay_clientcerts'))).to.have.lengthOf(2);
    await arrived(mail2, user2, await sendAccepted(mail1.smtp, user1, user2, logIn(user1)));
    // slapgrid took its list of instances before the cluster asked for another state.
    await world.node.processInstances();
    const silence = await servedBySmtp(node2.inbound).catch((error: Error) => error.message);
    expect(silence).to.contain('ECONNREFUSED');
  });
};

/** Each SHA-256 fingerprint in a text, once. */
function fingerprints(text: string): string[] {
  return [...new Set(text.match(/[0-9A-F]{2}(:[0-9A-F]{2}){31}/g) ?? [])];
}
