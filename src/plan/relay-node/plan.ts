/** Stage 5 for one relay node. Pure. */
import type { Ledger } from '../../ledger/types.ts';
import type { Answers } from '../../model/answers.ts';
import type { RelayNode } from '../../model/relay-node/model.ts';
import { apachePart } from '../apache.ts';
import { assemble } from '../assemble.ts';
import { lostMailPart } from '../lost-mail.ts';
import { nextLedger } from '../next-ledger.ts';
import type { Part } from '../part.ts';
import type { Plan } from '../planned.ts';
import { portalPart } from '../portal.ts';
import { certificateRotationPart, upkeepPart } from '../upkeep.ts';
import { certificate } from './certificates.ts';
import { policyPart } from './policy.ts';
import { inboundPart } from './inbound.ts';
import { outboundPart } from './outbound.ts';
import { postgreyPart } from './postgrey.ts';
import { relayPublication } from './publication.ts';
import { saslPart } from './sasl.ts';
import { toolsPart } from './tools.ts';

export const relayNodeParts: readonly Part<RelayNode & { answers: Answers }>[] = [
  upkeepPart,
  certificateRotationPart,
  inboundPart,
  outboundPart,
  lostMailPart,
  toolsPart,
  saslPart,
  policyPart,
  postgreyPart,
  apachePart({ services: ['monitor'], certificate }),
  portalPart(() => null),
];

export function planRelayNode(node: RelayNode, answers: Answers, ledger: Ledger): Plan {
  const publications = [relayPublication(node, answers)];
  return {
    ...assemble(relayNodeParts, { ...node, answers }),
    ledger: nextLedger(ledger, publications, { ports: node.place.ports, secrets: node.secrets }),
    publications,
  };
}
