/** Promises about mail as a whole: that a message arrives, and that the relays have answered. Pure. */
import { promiseAddress } from '../../names/promise-address.ts';
import { portOf } from '../endpoints.ts';
import type { Part } from '../part.ts';
import { missingFile } from '../upkeep.ts';
import { imapListenPromise } from './dovecot.ts';
import type { PlannedMailServer } from './instance.ts';
import { smtpListenPromise } from './postfix.ts';

const credentialsFile = 'etc/promise-credentials.json';

export const deliveryPart: Part<PlannedMailServer> = {
  services: [],
  contribute: ({ place, hostName, secrets, routes }) => ({
    files: [
      {
        path: credentialsFile,
        mode: 0o600,
        body: {
          text: `${JSON.stringify({ address: promiseAddress, password: secrets['promise-password'] })}\n`,
        },
      },
      {
        path: missingFile,
        mode: 0o600,
        body: { text: routes.missing.map((line) => `${line}\n`).join('') },
      },
    ],
    promises: [
      {
        name: 'mail-delivery',
        module: 'mail_delivery',
        config: {
          'credentials-file': `${place.partition}/${credentialsFile}`,
          'host-name': hostName,
          'smtp-host': place.ipv6,
          'smtp-port': String(portOf(place, 'smtp')),
          'imap-host': place.ipv6,
          'imap-port': String(portOf(place, 'imap')),
          'smtp-listen-promise': smtpListenPromise,
          'imap-listen-promise': imapListenPromise,
        },
      },
      {
        name: 'relays-answered',
        module: 'nothing_pending',
        config: { file: `${place.partition}/${missingFile}` },
      },
    ],
  }),
};
