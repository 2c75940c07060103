/** The relay's policy service: who may send as what, asked by Postfix on a unix socket. */
import type { Server } from 'node:net';

import type { Tenant } from '../../plan/relay-node/tenants.ts';
import { decide, indexTenants, type Question } from './decide.ts';
import { followFile } from '../kit/followed-file.ts';
import { answerQuestions, type Attributes } from '../kit/policy-protocol.ts';
import { listenOnSocket } from '../kit/unix-socket.ts';

export interface PolicyOptions {
  /** JSON list of tenants; read again when it changes. */
  tenants: string;
  socket: string;
}

/** Listens until SIGTERM. Throws OperatorError when tenants cannot be read or the socket cannot be used. */
export async function servePolicy({ tenants, socket }: PolicyOptions): Promise<Server> {
  const index = await followFile({
    path: tenants,
    parse: (text) => indexTenants(JSON.parse(text) as Tenant[]),
    content: 'the tenants',
  });
  return listenOnSocket(socket, (connection) => {
    answerQuestions(connection, async (attributes) => decide(questionOf(attributes), await index()));
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
