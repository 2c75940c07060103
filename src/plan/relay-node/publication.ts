/** What one relay node publishes to its cluster. Pure. */
import { serialiseDnsRecord } from '../../formats/dns-record.ts';
import type { Answers } from '../../model/answers.ts';
import type { RelayNode } from '../../model/relay-node/model.ts';
import type { PlannedPublication } from '../planned.ts';
import { digestOf } from '../digest.ts';
import { portOf } from '../endpoints.ts';
import { monitorParameters } from '../monitor.ts';

/** Published last, when all of it is written and the daemons were told. */
function appliedBy({ domains, digests }: RelayNode) {
  const sorted = [...digests].sort(([left], [right]) => (left < right ? -1 : 1));
  return {
    domains: Object.fromEntries(sorted),
    fingerprints: [...new Set(domains.flatMap(({ fingerprints }) => fingerprints))].sort(),
  };
}

export function relayPublication(node: RelayNode, answers: Answers): PlannedPublication {
  const { place, identity, hostName, domains, secrets } = node;
  const parameters = {
    'smtp-port': String(portOf(place, 'inbound')),
    'submission-port': String(portOf(place, 'outbound')),
    'smtp-ipv6': place.ipv6,
    'tls-fingerprints': [identity.current, identity.next],
    'dns-entries': domains
      .map(({ name }) => serialiseDnsRecord({ name, type: 'MX', preference: 10, exchange: hostName }))
      .sort()
      .join('\n'),
    applied: appliedBy(node),
    ...monitorParameters(place, answers, secrets['monitor-password']),
  };
  return { target: '', parameters, digest: digestOf(parameters) };
}
