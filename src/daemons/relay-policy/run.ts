/** The relay's policy service: who may send as what, asked by Postfix on a unix socket, and how often log-ins may fail. */
import type { Server } from 'node:net';

import { endWhenFixedSettingsChange } from '../kit/fixed-settings.ts';
import { followFile } from '../kit/followed-file.ts';
import { answerQuestions, type Attributes } from '../kit/policy-server.ts';
import { serveSocket } from '../kit/private-socket.ts';
import { serveLogIns } from '../kit/serve-log-ins.ts';
import { parseRelayPolicyConfig } from './config.ts';
import { decide, indexTenants, type Question } from './decide.ts';
import { domainLookup } from './whereabouts.ts';

/** Listens until SIGTERM. Throws OperatorError when a file cannot be read, or a socket or port cannot be used. */
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
  endWhenFixedSettingsChange(configFile, config, ({ socket, users, authPolicy: { host, port } }) => [
    ...[socket, users, host, port],
  ]);
  const whereabouts = domainLookup();
  return serveSocket(config.current.socket, (connection) => {
    answerQuestions(connection, async (attributes) => {
      const { index, exchangers } = await config.latest();
      const question = questionOf(attributes);
      const decision = decide(question, index);
      if (typeof decision === 'string') return decision;
      return decide(question, index, await whereabouts(decision.lookUp, exchangers));
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
