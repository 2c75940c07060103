/** Delivery services, whose accounts are money: each is for its own domains only. */
import { expect } from 'chai';

import { taken } from '../../support/system/smtp-stand-in.ts';
import { sendAccepted } from '../../support/system/smtp.ts';
import { type Attacks, foreign, homeAddress, passwords, refusedRecipient } from './attacked-relay.ts';

export const deliveryServices: Attacks = (relay) => {
  it('shows the account of one delivery service to no other, also on the same host and port', async () => {
    const { node1, delivery, unpaid, backend, victim, login } = relay();
    const home = { from: homeAddress };
    const [begin, beginReceived] = [delivery.logins.length, delivery.received.length];
    const byLogin = await sendAccepted(node1.outbound, 'any@login.example', foreign, login);
    expect((await taken(delivery, byLogin)).user).to.equal('account-1');
    expect(delivery.logins.slice(begin)).to.deep.equal([`account-1:${passwords['account-1']}`]);
    const byAddress = await sendAccepted(node1.outbound, 'any@address.example', foreign, home);
    expect((await taken(delivery, byAddress)).user).to.equal('account-2');
    expect(delivery.logins.slice(begin + 1)).to.deep.equal([`account-2:${passwords['account-2']}`]);
    // This one has no account there: it gets none of the others'.
    const poor = await sendAccepted(node1.outbound, 'any@poor.example', foreign, home);
    const bounce = await taken(backend, poor);
    expect(bounce.source).to.match(/Undelivered Mail[\s\S]*530[\s\S]*authentication/i);
    const free = await sendAccepted(node1.outbound, 'any@unpaid.example', foreign, home);
    expect((await taken(unpaid, free)).user).to.equal(null);
    expect(delivery.logins.slice(begin)).to.have.lengthOf(2);
    expect(delivery.received.slice(beginReceived)).to.have.lengthOf(2);
    expect([...unpaid.logins, ...backend.logins, ...victim().logins]).to.deep.equal([]);
  });

  it('brings the reason of a delivery service that refuses back to the sender', async () => {
    const { node1, backend, login } = relay();
    const subject = await sendAccepted(node1.outbound, 'any@login.example', refusedRecipient, login);
    const { sender, recipients, source } = await taken(backend, subject);
    expect({ sender, recipients }).to.deep.equal({ sender: '', recipients: ['any@login.example'] });
    expect(source.replace(/\s+/g, ' ')).to.contain('this looks like spam; see https://delivery.example/why');
  });
};
