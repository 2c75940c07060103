/** Each promise against the real thing that it watches: what breaks is named by its promise and by no other. */
import { certificates } from './promises/certificates.ts';
import { delivery } from './promises/delivery.ts';
import { services } from './promises/services.ts';
import { startWatchedServer, type WatchedServer } from './promises/watched-server.ts';

describe('promises of a mail server', () => {
  let watched: WatchedServer;

  before(async () => {
    watched = await startWatchedServer();
  });
  after(() => watched?.mail.stop());

  for (const [title, subject] of Object.entries({ services, certificates, delivery })) {
    describe(title, () => subject(() => watched));
  }
});
