/** The ways that mail takes. */
import { expect } from 'chai';

import { taken } from '../../support/system/smtp-stand-in.ts';
import { sendAccepted } from '../../support/system/smtp.ts';
import {
  arrived,
  asMail1,
  foreign,
  hops,
  logIn,
  outside,
  type Subject,
  user1,
  user2,
} from './relayed-mail.ts';

export const paths: Subject = (relay) => {
  it('leaves local mail local', async () => {
    const { mail1 } = relay();
    const subject = await sendAccepted(mail1.smtp, user1, user1, logIn(user1));
    const way = hops(await arrived(mail1, user1, subject));
    expect(way).to.have.lengthOf(2);
    expect(way.join('\n')).to.not.contain('relay.example');
  });

  it('takes mail from one mail server to another, with TLS and client certificates all the way', async () => {
    const { mail1, mail2, node1 } = relay();
    const subject = await sendAccepted(mail1.smtp, user1, user2, logIn(user1));
    const way = hops(await arrived(mail2, user2, subject));
    expect(way[0]).to.match(/ by mail1\.example\.com .*with ESMTPSA/);
    expect(way[1]).to.match(
      /from mail1\.example\.com .*fd00:1::.*TLSv1\.3.*by mx1\.relay\.example .*with ESMTPS/,
    );
    expect(way[2]).to.match(/from mx1\.relay\.example .*TLSv1\.3.*by mail2\.example\.com .*with ESMTPS/);
    expect(way[1]).to.contain(`[IPv6:${mail1.smtp.host}]`);
    expect(way[2]).to.contain(`[IPv6:${node1.outbound.host}]`);
    expect(way).to.have.lengthOf(4);
  });

  it('takes mail to the world through the delivery service of its sender', async () => {
    const { delivery, mail1 } = relay();
    const subject = await sendAccepted(mail1.smtp, user1, foreign, logIn(user1));
    const { sender, recipients, user, client, source } = await taken(delivery, subject);
    expect({ sender, recipients, user, client }).to.deep.equal({
      sender: user1,
      recipients: [foreign],
      user: 'account-1',
      client: null,
    });
    expect(hops(source)[1]).to.match(/from mail1\.example\.com .*by mx1\.relay\.example .*with ESMTPS/);
  });

  it('takes mail from the world to a mail server', async () => {
    const { mail1, node1 } = relay();
    const subject = await sendAccepted(node1.inbound, 'out@world.example', user1, { from: outside });
    const way = hops(await arrived(mail1, user1, subject));
    expect(way[0]).to.match(/from client\.example .*fd00:2::1.*by mx1\.relay\.example .*with ESMTPS/);
    expect(way[1]).to.match(/from mx1\.relay\.example .*TLSv1\.3.*by mail1\.example\.com .*with ESMTPS/);
    expect(way[1]).to.contain(`[IPv6:${node1.inbound.host}]`);
  });

  it('is not needed by nor in the way of backends that are no instances', async () => {
    const { world, addressBackend, node1 } = relay();
    const subject = await sendAccepted(node1.inbound, 'out@world.example', 'any@by-address.example', {
      from: outside,
    });
    const { recipients, client } = await taken(addressBackend, subject);
    expect(recipients).to.deep.equal(['any@by-address.example']);
    expect(client).to.be.oneOf((await world.published('by address'))['tls-fingerprints'] as string[]);
  });

  it('knows several domains of one mail server', async () => {
    const { mail1, mail2, node1 } = relay();
    const also = 'testmail@also-mail1.example.com';
    await arrived(mail1, also, await sendAccepted(mail2.smtp, user2, also, logIn(user2)));
    await arrived(
      mail1,
      also,
      await sendAccepted(node1.inbound, 'out@world.example', also, { from: outside }),
    );
    await arrived(mail2, user2, await sendAccepted(mail1.smtp, also, user2, logIn(also)));
  });

  it('brings bounces back, and takes bounces of a mail server to the world', async () => {
    const { delivery, mail1, node1 } = relay();
    const subject = await sendAccepted(mail1.smtp, user1, 'nobody@mail2.example.com', logIn(user1));
    const bounce = await arrived(mail1, user1, 'Undelivered Mail Returned to Sender');
    expect(bounce).to.contain(subject);
    const { user } = await taken(
      delivery,
      await sendAccepted(node1.outbound, '', foreign, await asMail1(relay())),
    );
    expect(user).to.equal('account-1');
  });
};
