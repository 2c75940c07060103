/** Dovecot of a mail server: IMAP, LMTP, ManageSieve, SASL for Postfix, quota. Pure. */
import type { MailServer } from '../../model/mail-server/mail-server.ts';
import type { MailServerService } from '../../model/place.ts';
import type { PlannedFile, PlannedFolder } from '../planned.ts';
import { listenAddresses, portOf } from '../endpoints.ts';
import { authPolicyUrl, sendingSocket } from './mail-policy.ts';

export const dovecotFolders: readonly PlannedFolder[] = [
  { path: 'etc/dovecot', mode: 0o750 },
  { path: 'etc/dovecot/sieve', mode: 0o700 },
  { path: 'var/lib/dovecot', mode: 0o700 },
  { path: 'var/run/dovecot', mode: 0o755 },
  { path: 'srv/mail', mode: 0o700 },
];

/** Runs before people's own scripts. */
const globalScript = 'etc/dovecot/sieve/before.sieve';
/** What scripts send mail by: it asks whether the account may. */
const scriptSendmail = 'libexec/script-sendmail';

export function dovecotFiles(model: MailServer): PlannedFile[] {
  const { place } = model;
  const { partition } = place;
  const listener = (service: MailServerService) => ({
    addresses: listenAddresses(place, service).join(' '),
    port: portOf(place, service),
  });
  return [
    {
      path: 'etc/dovecot/dovecot.conf',
      mode: 0o600,
      reload: 'dovecot',
      body: {
        template: 'mail-server/dovecot.conf.hbs',
        context: {
          user: place.user.name,
          group: place.user.group,
          uid: place.user.uid,
          gid: place.user.gid,
          hostName: model.hostName,
          baseFolder: `${partition}/var/run/dovecot`,
          stateFolder: `${partition}/var/lib/dovecot`,
          temporaryFolder: `${partition}/var/tmp`,
          logFile: `${partition}/var/log/dovecot.log`,
          certificate: `${partition}/etc/postfix/ssl/postfix-backend.bundle.pem`,
          users: `${partition}/srv/ledger/current/users`,
          mailFolder: `${partition}/srv/mail`,
          scriptSendmail: `${partition}/${scriptSendmail}`,
          sieveBefore: `${partition}/${globalScript}`,
          authPolicyUrl: authPolicyUrl(place),
          authPolicyKey: model.secrets['auth-policy-key'],
          mailboxSizeLimit: model.mailboxSizeLimit,
          recipientDelimiter: model.recipientDelimiter,
          anyPassword: model.anyPassword,
          imap: listener('imap'),
          imaps: listener('imaps'),
          sieve: listener('sieve'),
        },
      },
    },
    {
      // Dovecot compiles it by itself, beside it, when it is newer.
      path: globalScript,
      mode: 0o600,
      body: { template: 'mail-server/before.sieve.hbs', context: {} },
    },
    {
      path: scriptSendmail,
      mode: 0o700,
      body: {
        template: 'mail-server/script-sendmail.hbs',
        context: {
          node: place.programs['node'],
          maySend: `${place.release}/may-send.mjs`,
          socket: `${partition}/${sendingSocket}`,
          sendmail: `${partition}/bin/sendmail`,
        },
      },
    },
    {
      path: 'libexec/start-dovecot',
      mode: 0o700,
      restart: 'dovecot',
      body: {
        template: 'shared/start-dovecot.hbs',
        context: {
          dovecot: place.programs['dovecot'],
          pidFile: `${partition}/var/run/dovecot/master.pid`,
          configuration: `${partition}/etc/dovecot/dovecot.conf`,
        },
      },
    },
  ];
}
