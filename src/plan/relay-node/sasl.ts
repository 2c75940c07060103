/** Log-ins of tenants that have a password: a Dovecot that does nothing else. Pure. */
import { serialisePasswdFile } from '../../formats/passwd-file.ts';
import type { RelayNode } from '../../model/relay-node/model.ts';
import { hashRandomPassword } from '../../model/password.ts';
import { saltFrom } from '../../model/seed.ts';
import { logInFolders, logInPrograms, logInSettings, startDovecot } from '../log-ins.ts';
import type { Part, Service } from '../part.ts';
import type { PlannedFile } from '../planned.ts';

/** Asked by the outbound Postfix. */
export const saslSocket = 'var/run/sasl/auth-postfix';

/** Its passwords. */
export const saslUsers = 'etc/sasl/users';

const sasl: Service = {
  name: 'sasl',
  programs: ['dovecot', ...logInPrograms],
  ports: {},
  sockets: { sasl: saslSocket },
  pidFile: 'var/run/sasl/master.pid',
  signals: { reload: 'SIGHUP', stop: 'SIGTERM' },
  log: 'var/log/sasl.log',
  logRotation: [{ path: 'var/log/sasl.log', method: 'USR1' }],
};

export const saslPart: Part<RelayNode> = {
  services: [sasl],
  contribute: (node) => ({
    folders: [{ path: 'etc/sasl', mode: 0o700 }, { path: 'var/run/sasl', mode: 0o755 }, ...logInFolders],
    files: saslFiles(node),
  }),
};

function saslFiles({ place, mailName, domains, secrets }: RelayNode): PlannedFile[] {
  const { partition, user } = place;
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
  const configuration = 'etc/sasl/dovecot.conf';
  return [
    { path: saslUsers, mode: 0o600, body: { text: serialisePasswdFile(users) } },
    {
      path: configuration,
      mode: 0o600,
      reload: 'sasl',
      body: {
        template: 'mail-server-relay/outbound/dovecot.conf.hbs',
        context: {
          baseFolder: `${partition}/var/run/sasl`,
          log: `${partition}/${sasl.log}`,
          user: user.name,
          group: user.group,
          users: `${partition}/${saslUsers}`,
          ...logInSettings(place, secrets['auth-policy-key']),
        },
      },
    },
    ...startDovecot(place, sasl, { hostName: mailName, configuration }),
  ];
}
