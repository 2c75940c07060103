/** Runs the mail server's policy process until SIGTERM: services that share one configuration. */
import { parseLookupTable } from '../../formats/postfix-table.ts';
import { endWhenFixedSettingsChange } from '../kit/fixed-settings.ts';
import { parseLogInNames } from '../../formats/log-in-names.ts';
import { delayNotices } from '../kit/delay-notices.ts';
import { followFile } from '../kit/followed-file.ts';
import { answerMilter } from '../kit/milter-server.ts';
import { answerQuestions } from '../kit/policy-server.ts';
import { serveSocket } from '../kit/private-socket.ts';
import { serveLogIns } from '../kit/serve-log-ins.ts';
import { authorHeaders, type AuthorPolicy, judgeAuthor } from './author-policy.ts';
import { beingRead } from './being-read.ts';
import { bounceCounts, isForRewritten, judgeBounce } from './bounces.ts';
import { type MailPolicyConfig, parseMailPolicyConfig, scriptMap } from './config.ts';
import { asResolved } from '../kit/quoted-address.ts';
import { endsOf } from './ends.ts';
import { scriptLookup } from './script-mail.ts';
import { keptSenders } from './kept-senders.ts';
import { quotaPolicy } from './quota-policy.ts';
import { sendingPolicy } from './sending-policy.ts';
import { answerLookups } from '../kit/socketmap.ts';
import { srsLookup } from './srs-maps.ts';
import type { Srs } from './srs.ts';

/** Milliseconds between two savings: a process that is killed forgets what it counted since the last. */
const interval = 2_000;

/** Throws OperatorError when the configuration cannot be read or a socket cannot be used. */
export async function runMailPolicy(configFile: string): Promise<void> {
  const config = await followFile({ path: configFile, parse: parseConfig, content: 'the settings' });
  const atStart = config.current;
  const names = await followFile({
    path: atStart.logInNames,
    parse: parseLogInNames,
    content: 'the log-in names',
  });
  const passwords = await serveLogIns(config, async (login) => (await names.latest()).get(login) ?? login);
  const recipients = await followFile({
    path: atStart.quota.recipients,
    parse: parseLookupTable,
    content: 'the addresses',
  });
  const senderLogins = await followFile({
    path: atStart.authors.senderLogins,
    parse: parseLookupTable,
    content: 'the addresses that accounts may send as',
  });

  const authorPolicy = async (): Promise<AuthorPolicy> => {
    const { authors, anyPassword } = await config.latest();
    return {
      senderLogins: await senderLogins.latest(),
      delimiter: authors.delimiter,
      anyName: anyPassword,
      exempt: new Set(authors.exempt),
    };
  };

  const read = beingRead();
  const sending = await sendingPolicy(atStart.stateFolder, {
    isRead: read.has,
    async endsOf(recipient) {
      const { delimiter } = (await config.latest()).quota;
      return endsOf(asResolved(recipient), { recipients: await recipients.latest(), delimiter })?.length ?? 1;
    },
    async limits(account) {
      const { sendingLimits, sendingExceptions } = await config.latest();
      return { ...sendingLimits, ...sendingExceptions.get(account) };
    },
    async mayLogIn(account) {
      const password = (await passwords.latest()).get(account) ?? null;
      return password !== null || (await config.latest()).anyPassword;
    },
  });
  const kept = keptSenders(atStart.srs.keptSenders);
  const srs = srsLookup(async () => (await config.latest()).srsOf, kept, bounceCounts());
  const scripts = scriptLookup(async () => ({
    ...(await authorPolicy()),
    receiveOnly: new Set((await config.latest()).receiveOnly),
    count: sending.countScript,
  }));
  await serveSocket(atStart.srsSocket, (connection) => {
    answerLookups(connection, (map, key) => (map === scriptMap ? scripts(key) : srs(map, key)));
  });
  const quota = quotaPolicy(async () => ({
    ...(await config.latest()).quota,
    recipients: await recipients.latest(),
  }));
  await serveSocket(atStart.sendingSocket, (connection) => {
    const session = sending.session();
    connection.once('close', session.end);
    answerQuestions(connection, (attributes) =>
      attributes('policy_context') === 'quota' ? quota.answer(attributes) : session.answer(attributes),
    );
  });
  await serveSocket(atStart.authorSocket, (connection) => {
    answerMilter(connection, {
      headers: authorHeaders,
      looksAt: ({ login, sender }) => login !== '' || sender === '',
      open: ({ login }) => read.begin(login.toLowerCase()),
      async judge(message) {
        if (message.login !== '') return judgeAuthor(message, await authorPolicy());
        return isForRewritten(message) ? judgeBounce(message) : null;
      },
    });
  });

  await serveSocket(atStart.noticeSocket, (connection) => {
    answerMilter(connection, delayNotices);
  });

  let saving = Promise.resolve();
  const save = (): void => {
    saving = saving.then(() => sending.save());
  };
  const timer = setInterval(save, interval);
  endWhenFixedSettingsChange(configFile, config, fixedSettings);
  // Changed files are noticed anyway, and the signal would end the process.
  process.on('SIGHUP', () => undefined);
  process.once('SIGTERM', () => {
    clearInterval(timer);
    save();
  });
}

/** Settings that are read at the start only. */
function fixedSettings({
  logInSocket,
  authorSocket,
  authors,
  srs,
  srsSocket,
  noticeSocket,
  sendingSocket,
  stateFolder,
  users,
  logInNames,
  quota,
}: MailPolicyConfig) {
  return [
    ...[logInSocket, authorSocket, srsSocket, noticeSocket, sendingSocket, stateFolder],
    ...[users, logInNames, quota.recipients, authors.senderLogins, srs.keptSenders],
  ];
}

/** With the hosted domains as they are looked up. */
function parseConfig(text: string, path: string): MailPolicyConfig & { srsOf: Srs } {
  const config = parseMailPolicyConfig(text, path);
  const { secret, domain, hosted } = config.srs;
  const names = new Set(hosted);
  return { ...config, srsOf: { secret, domain, isHosted: (name) => names.has(name.toLowerCase()) } };
}
