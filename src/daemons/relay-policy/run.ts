/**
 * The relay's policy service, asked by Postfix on unix sockets: who may send as what, what mail servers would take, where
 * bounces leave, which notices of delay are sent; and by Dovecot, how often log-ins may fail.
 */
import { readFile } from 'node:fs/promises';
import type { Server } from 'node:net';

import { endWhenFixedSettingsChange } from '../kit/fixed-settings.ts';
import { delayNotices } from '../kit/delay-notices.ts';
import { followFile } from '../kit/followed-file.ts';
import { answerMilter } from '../kit/milter-server.ts';
import { answerQuestions, type Attributes } from '../kit/policy-server.ts';
import { serveSocket } from '../kit/private-socket.ts';
import { serveLogIns } from '../kit/serve-log-ins.ts';
import { answerLookups } from '../kit/socketmap.ts';
import { backendQuestions } from './backend-questions.ts';
import { bounceWays } from './bounce-ways.ts';
import { leftDomains } from './left-domains.ts';
import { parseRelayPolicyConfig } from './config.ts';
import { decide, type Question } from './decide.ts';
import { indexTenants } from './tenant-index.ts';
import { recipientContexts, recipientPolicy } from './recipients.ts';
import { domainLookup } from './whereabouts.ts';

/** Listens until SIGTERM. Throws OperatorError when a file cannot be read, or a socket cannot be used. */
export async function runRelayPolicy(configFile: string): Promise<Server> {
  const config = await followFile({
    path: configFile,
    parse(text, path) {
      const { tenants, exchangers, ...rest } = parseRelayPolicyConfig(text, path);
      return { ...rest, index: indexTenants(tenants), exchangers: new Set(exchangers) };
    },
    content: 'the tenants',
  });
  await serveLogIns(config);
  endWhenFixedSettingsChange(
    configFile,
    config,
    ({ socket, bounceWaysSocket, noticeSocket, knownDomains, users, logInSocket }) => [
      ...[socket, bounceWaysSocket, noticeSocket, knownDomains],
      ...[users, logInSocket],
    ],
  );
  const left = await leftDomains(config.current.knownDomains);
  const latest = async () => {
    const settings = await config.latest();
    await left.follow(settings.index.byDomain);
    return settings;
  };
  await latest();
  const index = async () => (await latest()).index;
  const endOf = async (recipient: string): Promise<string> => {
    const { postmaster } = await config.latest();
    return postmaster?.addresses.includes(recipient.toLowerCase()) ? postmaster.to : recipient;
  };
  const recipients = recipientPolicy({
    index,
    isGone: left.isGone,
    endOf,
    backends: backendQuestions(async () => {
      const { asker } = await config.latest();
      return { ...asker, bundle: await readFile(asker.bundle, 'utf8') };
    }),
  });
  await serveSocket(config.current.bounceWaysSocket, (connection) => {
    answerLookups(connection, bounceWays(index));
  });
  await serveSocket(config.current.noticeSocket, (connection) => {
    answerMilter(connection, delayNotices);
  });
  const whereabouts = domainLookup();
  const permission = async (attributes: Attributes): Promise<string> => {
    const { index: tenants, exchangers } = await latest();
    const asked = questionOf(attributes);
    const question = { ...asked, recipient: await endOf(asked.recipient) };
    const decision = decide(question, tenants);
    if (typeof decision === 'string') return decision;
    const where = await whereabouts(decision.lookUp, exchangers);
    return decide(question, tenants, where === 'cluster' && left.isGone(decision.lookUp) ? 'gone' : where);
  };
  return serveSocket(config.current.socket, (connection) => {
    answerQuestions(connection, (attributes) => {
      const context = recipientContexts.find((each) => each === attributes('policy_context'));
      return context === undefined ? permission(attributes) : recipients.answer(context, attributes);
    });
  });
}

export function questionOf(value: Attributes): Question {
  return {
    policy_context: value('policy_context'),
    sender: value('sender'),
    recipient: value('recipient'),
    client_address: value('client_address'),
    sasl_username: value('sasl_username'),
    ccert_fingerprint: value('ccert_fingerprint'),
    ccert_pubkey_fingerprint: value('ccert_pubkey_fingerprint'),
  };
}
