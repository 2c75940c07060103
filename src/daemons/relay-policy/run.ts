/** The relay's policy service: who may send as what, asked by Postfix on a unix socket. */
import type { Server } from 'node:net';

import { followFile } from '../kit/followed-file.ts';
import { answerQuestions, type Attributes } from '../kit/policy-server.ts';
import { serveSocket } from '../kit/private-socket.ts';
import { parseRelayPolicyConfig } from './config.ts';
import { decide, indexTenants, type Question } from './decide.ts';

/** Listens until SIGTERM. Throws OperatorError when the configuration cannot be read or the socket cannot be used. */
export async function runRelayPolicy(configFile: string): Promise<Server> {
  const config = await followFile({
    path: configFile,
    parse(text, path) {
      const { socket, tenants } = parseRelayPolicyConfig(text, path);
      return { socket, index: indexTenants(tenants) };
    },
    content: 'the tenants',
  });
  return serveSocket(config.current.socket, (connection) => {
    answerQuestions(connection, async (attributes) => {
      const { index } = await config.latest();
      return decide(questionOf(attributes), index);
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
  };
}
