/** The relay cluster at work: relay-cluster/ has the cluster with all that is around it, and the tests by subject. */
import { accounts } from './relay-cluster/accounts.ts';
import { bounces } from './relay-cluster/bounces.ts';
import { changes } from './relay-cluster/changes.ts';
import { claims } from './relay-cluster/claims.ts';
import { greetings } from './relay-cluster/greetings.ts';
import { lag } from './relay-cluster/lag.ts';
import { paths } from './relay-cluster/paths.ts';
import { recipients } from './relay-cluster/recipients.ts';
import { type RelayedMail, startRelayedMail } from './relay-cluster/relayed-mail.ts';
import { senders } from './relay-cluster/senders.ts';
import { unwantedMail } from './relay-cluster/unwanted-mail.ts';

describe('mail relay', () => {
  let relay: RelayedMail;
  before(async () => {
    relay = await startRelayedMail();
  });
  after(() => relay?.stop());

  // What changes things comes last.
  const subjects = [
    ...[paths, recipients, senders, unwantedMail, claims, greetings, bounces],
    ...[accounts, lag, changes],
  ];
  for (const subject of subjects) {
    subject(() => relay);
  }
});
