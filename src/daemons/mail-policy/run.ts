/** Runs the mail server's policy process until SIGTERM: services that share one configuration. */
import type { MailPolicyConfig } from '../../plan/mail-server/mail-policy.ts';
import { followFile } from '../kit/followed-file.ts';
import { answerQuestions } from '../kit/policy-protocol.ts';
import { listenOnSocket } from '../kit/unix-socket.ts';
import { passwordsOf, serveAuthPolicy } from './auth-policy.ts';
import { answerQuota, recipientsOf } from './quota-policy.ts';
import { sendingPolicy } from './sending-policy.ts';
import { answerLookups } from './socketmap.ts';
import { srsLookup } from './srs-maps.ts';
import type { Srs } from './srs.ts';

export interface MailPolicyOptions {
  /** MailPolicyConfig as JSON; read again when it changes. */
  config: string;
  stateFolder: string;
  sendingSocket: string;
  srsSocket: string;
  /** Where Dovecot asks. */
  host: string;
  port: number;
}

/** Of an account that is suspended, or waits for its password. */
const noPassword = '*';
/** Milliseconds between two looks whether there is something to save: what a killed process forgets at most. */
const saveEvery = 2_000;

/** Throws OperatorError when the configuration cannot be read or a socket cannot be used. */
export async function runMailPolicy(options: MailPolicyOptions): Promise<void> {
  const config = await followFile({ path: options.config, parse: parseConfig, content: 'the settings' });
  const { users, quota } = await config();
  let passwordsReadAt = 0;
  const parsePasswords = (text: string) => {
    passwordsReadAt = Date.now();
    return passwordsOf(text);
  };
  const passwords = await followFile({ path: users, parse: parsePasswords, content: 'the accounts' });
  const recipients = await followFile({
    path: quota.recipients,
    parse: recipientsOf,
    content: 'the addresses',
  });

  const sending = await sendingPolicy(options.stateFolder, {
    async limits(account) {
      const { sendingLimits, sendingExceptions } = await config();
      return {
        ...sendingLimits,
        ...(Object.hasOwn(sendingExceptions, account) && sendingExceptions[account]),
      };
    },
    async mayLogIn(account) {
      const password = (await passwords()).get(account) ?? noPassword;
      return password !== noPassword || (await config()).anyPassword;
    },
  });
  await listenOnSocket(options.srsSocket, (connection) => {
    answerLookups(
      connection,
      srsLookup(async () => (await config()).srsOf),
    );
  });
  await listenOnSocket(options.sendingSocket, (connection) => {
    answerQuestions(connection, async (attributes) =>
      attributes('policy_context') === 'quota'
        ? answerQuota(attributes, { ...(await config()).quota, recipients: await recipients() })
        : sending.answer(attributes),
    );
  });
  await serveAuthPolicy(
    {
      clients: ['::1', '127.0.0.1', options.host],
      key: async () => (await config()).authPolicyKey,
      limits: async () => (await config()).logInLimits,
      passwords,
      passwordsReadAt: () => passwordsReadAt,
    },
    options,
  );

  let saving = Promise.resolve();
  const save = (): void => {
    saving = saving.then(() => sending.save());
  };
  const timer = setInterval(save, saveEvery);
  // Whatever is changed is seen without being told.
  process.on('SIGHUP', () => undefined);
  process.once('SIGTERM', () => {
    clearInterval(timer);
    save();
  });
}

/** With the hosted domains as they are looked up. */
function parseConfig(text: string): MailPolicyConfig & { srsOf: Srs } {
  const config = JSON.parse(text) as MailPolicyConfig;
  const { secret, domain, hosted } = config.srs;
  const names = new Set(hosted);
  return { ...config, srsOf: { secret, domain, isHosted: (name) => names.has(name.toLowerCase()) } };
}
