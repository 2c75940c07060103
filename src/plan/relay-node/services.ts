/** What the services beside Postfix of a node run with: log-ins of tenants, the policy of what leaves, greylisting. Pure. */
import { serialiseRelayPolicyConfig } from '../../daemons/relay-policy/config.ts';
import { serialisePasswdFile } from '../../formats/passwd-file.ts';
import type { RelayNode } from '../../model/relay-node/relay-node.ts';
import { hashRandomPassword } from '../../model/password.ts';
import { saltFrom } from '../../model/seed.ts';
import type { PlannedFile } from '../planned.ts';
import { generatorService } from '../maintenance.ts';
import { planTenants } from './tenants.ts';

export function saslFiles({ place, domains }: RelayNode): PlannedFile[] {
  const { partition, user, programs } = place;
  const users = domains.flatMap(({ name, password }) => {
    if (password === null) return [];
    // The same salt each time, or the file would change at every run.
    const salt = saltFrom(new TextEncoder().encode(password), name);
    return [
      {
        name,
        password: hashRandomPassword(password, salt),
        home: '/nonexistent',
        quota: null,
        runsScripts: true,
      },
    ];
  });
  const configuration = `${partition}/etc/sasl/dovecot.conf`;
  return [
    { path: 'etc/sasl/users', mode: 0o600, body: { text: serialisePasswdFile(users) } },
    {
      path: 'etc/sasl/dovecot.conf',
      mode: 0o600,
      reload: 'sasl',
      body: {
        template: 'mail-server-relay/outbound/dovecot.conf.hbs',
        context: {
          baseFolder: `${partition}/var/run/sasl`,
          log: `${partition}/var/log/sasl.log`,
          user: user.name,
          group: user.group,
          users: `${partition}/etc/sasl/users`,
        },
      },
    },
    {
      path: 'libexec/start-sasl',
      mode: 0o700,
      restart: 'sasl',
      body: {
        template: 'shared/start-dovecot.hbs',
        context: {
          dovecot: programs['dovecot'],
          pidFile: `${partition}/var/run/sasl/master.pid`,
          configuration,
        },
      },
    },
  ];
}

export function policyFiles(node: RelayNode): PlannedFile[] {
  const { partition } = node.place;
  return [
    {
      path: 'etc/relay-policy.json',
      mode: 0o600,
      body: {
        text: serialiseRelayPolicyConfig({
          socket: `${partition}/var/run/policy.sock`,
          tenants: planTenants(node),
        }),
      },
    },
    generatorService(
      node.place,
      'policy',
      `relay-policy --config ${partition}/etc/relay-policy.json >> ${partition}/var/log/policy.log 2>&1`,
    ),
  ];
}

export function postgreyFiles({ place, greylisting, hostName }: RelayNode): PlannedFile[] {
  const { partition, user, programs } = place;
  const list = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join('');
  return [
    {
      path: 'etc/postgrey-clients',
      mode: 0o600,
      reload: 'postgrey',
      body: { text: list(greylisting['whitelist-clients']) },
    },
    {
      path: 'etc/postgrey-recipients',
      mode: 0o600,
      reload: 'postgrey',
      body: { text: list(greylisting['whitelist-recipients']) },
    },
    {
      path: 'libexec/start-postgrey',
      mode: 0o700,
      restart: 'postgrey',
      body: {
        template: 'mail-server-relay/start-postgrey.hbs',
        context: {
          postgrey: programs['postgrey'],
          socket: `${partition}/var/run/postgrey.sock`,
          pidFile: `${partition}/var/run/postgrey.pid`,
          databaseFolder: `${partition}/var/lib/postgrey`,
          user: user.name,
          group: user.group,
          hostName,
          delay: greylisting['greylisting-delay'],
          whitelistClients: `${partition}/etc/postgrey-clients`,
          whitelistRecipients: `${partition}/etc/postgrey-recipients`,
        },
      },
    },
  ];
}
