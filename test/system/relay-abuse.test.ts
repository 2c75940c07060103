/** What must not work at a relay cluster, whoever tries: relay-abuse/ has the cluster, and the attempts by subject. */
import { type AttackedRelay, startAttackedRelay } from './relay-abuse/attacked-relay.ts';
import { certificates } from './relay-abuse/certificates.ts';
import { deliveryServices } from './relay-abuse/delivery-services.ts';
import { leaks } from './relay-abuse/leaks.ts';
import { relaying } from './relay-abuse/relaying.ts';
import { requests } from './relay-abuse/requests.ts';
import { smtpTricks } from './relay-abuse/smtp-tricks.ts';

describe('a relay cluster under attack', () => {
  let relay: AttackedRelay;
  before(async () => {
    relay = await startAttackedRelay();
  });
  after(() => relay?.stop());

  // Leaks come last: by then everything has been at work.
  for (const attacks of [relaying, certificates, deliveryServices, smtpTricks, requests, leaks]) {
    attacks(() => relay);
  }
});
