/** Runs the mail server's policy process until SIGTERM: services that share one configuration. */
import { parseLookupTable } from '../../formats/postfix-table.ts';
import { parsePasswords } from '../../formats/passwd-file.ts';
import { followFile } from '../kit/followed-file.ts';
import { answerQuestions } from '../kit/policy-server.ts';
import { serveSocket } from '../kit/private-socket.ts';
import { serveAuthPolicy } from './auth-policy-server.ts';
import { authPolicy } from './auth-policy.ts';
import { type MailPolicyConfig, parseMailPolicyConfig } from './config.ts';
import { answerQuota } from './quota-policy.ts';
import { sendingPolicy } from './sending-policy.ts';
import { answerLookups } from './socketmap.ts';
import { srsLookup } from './srs-maps.ts';
import type { Srs } from './srs.ts';

/** Milliseconds between two savings: a process that is killed forgets what it counted since the last. */
const interval = 2_000;

/** Throws OperatorError when the configuration cannot be read or a socket cannot be used. */
export async function runMailPolicy(configFile: string): Promise<void> {
  const config = await followFile({ path: configFile, parse: parseConfig, content: 'the settings' });
  const atStart = config.current;
  let passwordsReadAt = 0;
  const passwords = await followFile({
    path: atStart.users,
    parse(text) {
      passwordsReadAt = Date.now();
      return parsePasswords(text);
    },
    content: 'the accounts',
  });
  const recipients = await followFile({
    path: atStart.quota.recipients,
    parse: parseLookupTable,
    content: 'the addresses',
  });

  const sending = await sendingPolicy(atStart.stateFolder, {
    async limits(account) {
      const { sendingLimits, sendingExceptions } = await config.latest();
      return { ...sendingLimits, ...sendingExceptions.get(account) };
    },
    async mayLogIn(account) {
      const password = (await passwords.latest()).get(account) ?? null;
      return password !== null || (await config.latest()).anyPassword;
    },
  });
  await serveSocket(atStart.srsSocket, (connection) => {
    answerLookups(
      connection,
      srsLookup(async () => (await config.latest()).srsOf),
    );
  });
  await serveSocket(atStart.sendingSocket, (connection) => {
    answerQuestions(connection, async (attributes) =>
      attributes('policy_context') === 'quota'
        ? answerQuota(attributes, {
            ...(await config.latest()).quota,
            recipients: await recipients.latest(),
          })
        : sending.answer(attributes),
    );
  });
  const logIns = authPolicy({
    limits: async () => (await config.latest()).logInLimits,
    passwords: passwords.latest,
    passwordsReadAt: () => passwordsReadAt,
  });
  const { host, port } = atStart.authPolicy;
  await serveAuthPolicy(logIns, {
    host,
    port,
    clients: ['::1', '127.0.0.1', host],
    key: async () => (await config.latest()).authPolicy.key,
  });

  let saving = Promise.resolve();
  const save = (): void => {
    saving = saving.then(() => sending.save());
  };
  const listening = JSON.stringify(fixedSettings(atStart));
  const timer = setInterval(() => {
    save();
    void config.latest().then((latest) => {
      if (JSON.stringify(fixedSettings(latest)) === listening) return;
      console.error(
        `${configFile}: names other sockets or files than at the start; the process ends, to be started anew`,
      );
      process.kill(process.pid, 'SIGTERM');
    });
  }, interval);
  // Changed files are noticed anyway, and the signal would end the process.
  process.on('SIGHUP', () => undefined);
  process.once('SIGTERM', () => {
    clearInterval(timer);
    save();
  });
}

/** Settings that are read at the start only. */
function fixedSettings({
  authPolicy,
  srsSocket,
  sendingSocket,
  stateFolder,
  users,
  quota,
}: MailPolicyConfig) {
  const { host, port } = authPolicy;
  return [host, port, srsSocket, sendingSocket, stateFolder, users, quota.recipients];
}

/** With the hosted domains as they are looked up. */
function parseConfig(text: string, path: string): MailPolicyConfig & { srsOf: Srs } {
  const config = parseMailPolicyConfig(text, path);
  const { secret, domain, hosted } = config.srs;
  const names = new Set(hosted);
  return { ...config, srsOf: { secret, domain, isHosted: (name) => names.has(name.toLowerCase()) } };
}
