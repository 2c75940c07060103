/** Stage 2 for the relay cluster: its nodes and delivery services, and each relayed domain on its own. Pure. */
import { RequesterError, shown } from '../../errors.ts';
import type { Backend } from '../../ledger/types.ts';
import type {
  ClusterInput,
  ClusterInputWritten,
} from '../../generated/types/mail-server-relay/cluster-input.ts';
import type { DomainInput } from '../../generated/types/mail-server-relay/domain-input.ts';
import { certificateProblems } from '../certificate-bundle.ts';
import { checkAgainstSchema } from '../json-schema.ts';
import type { RequestedInstance, SharedRequest } from '../requested.ts';
import { canonicalAddress, specialAddress } from '../../names/ip-address.ts';
import { deliveryServiceProblems } from '../delivery-services.ts';
import { greylistingExceptionsOf } from '../greylisting.ts';
import { relayPostmasterOf } from '../relay-postmaster.ts';
import { withoutHalfCharacters } from '../../names/half-characters.ts';
import { isHostName } from '../../names/host-name.ts';
import { parseRelayedDomain } from '../../names/relayed-domain.ts';
import { parseServer } from '../../names/server.ts';

export type RelayConfig = ClusterInput['default-relay-config'];

export interface ClusterNode {
  name: string;
  /** Null where none is given that is a host name. */
  fqdn: string | null;
  placement: Readonly<Record<string, string>>;
  /** Null when the node runs the cluster's own release. */
  softwareUrl: string | null;
  softwareType: string;
  state: 'started' | 'stopped' | 'destroyed';
  config: RelayConfig;
  inboundCertificate: string | null;
}

export interface DomainClaim extends Backend {
  reference: string;
  /** Lower case, no dot at the end. */
  domain: string;
  /** Fingerprints of nodes that its mail server trusts, upper case; null when it does not say. */
  applied: readonly string[] | null;
}

export interface RefusedDomain {
  reference: string;
  /** As it was written, if it was text. */
  domain: string | null;
  error: string;
}

export interface ClusterRequest {
  /** Ordered by name. */
  nodes: readonly ClusterNode[];
  /** What is wrong with them and stops nothing. */
  nodeErrors: readonly string[];
  defaultConfig: RelayConfig;
  relayDomain: string | null;
  /** Address of whoever runs it. */
  postmaster: string | null;
  /** In the master's order. */
  claims: readonly DomainClaim[];
  refused: readonly RefusedDomain[];
}

/** Throws RequesterError with every problem of the cluster's own parameters; shared requests never throw. */
export function validateClusterRequest(requested: RequestedInstance): ClusterRequest {
  const schema = 'mail-server-relay/cluster-input.json';
  const { value, problems } = checkAgainstSchema<ClusterInput>(schema, requested.parameters);
  if (problems.length > 0) throw new RequesterError(problems);
  const written = requested.parameters as ClusterInputWritten;
  const defaultConfig = value['default-relay-config'];
  const unusable = [
    ...configProblems(defaultConfig, '/default-relay-config'),
    ...Object.entries(value.topology).flatMap(([name, node]) => [
      ...(node.config === undefined ? [] : configProblems(node.config, `/topology/${name}/config`)),
      ...certificateProblems(
        node['custom-inbound-certificate'],
        `/topology/${name}/custom-inbound-certificate`,
      ),
    ]),
  ];
  const relayDomain = value['relay-domain'] ?? null;
  const relayName = relayDomain === null ? null : parseServer(relayDomain);
  if (relayDomain !== null && relayName === null) {
    unusable.push(
      `/relay-domain: ${shown(relayDomain)} is no name of a host; write one such as relay.example.com`,
    );
  }
  const hosts = Object.values(value.topology).flatMap(({ fqdn }) => fqdn ?? []);
  const postmaster = relayPostmasterOf(value.postmaster, hosts);
  unusable.push(...postmaster.problems);
  if (unusable.length > 0) throw new RequesterError(unusable);
  const outcomes = requested.sharedRequests.map(validateDomain);
  const fqdnOf = ({ fqdn = '' }: { fqdn?: string }) => fqdn.replace(/\.$/, '');
  return {
    nodes: Object.entries(value.topology)
      .map(([name, node]) => ({
        name,
        fqdn: isHostName(fqdnOf(node)) ? fqdnOf(node) : null,
        placement: node.sla,
        softwareUrl: node['sr-url'] ?? null,
        softwareType: node['software-type'],
        state: node.state,
        config: { ...defaultConfig, ...onlyWritten(node.config, written.topology[name]?.config) },
        inboundCertificate: node['custom-inbound-certificate'] ?? null,
      }))
      .sort((left, right) => (left.name < right.name ? -1 : 1)),
    nodeErrors: Object.entries(value.topology).flatMap(([name, { fqdn }]) =>
      fqdn === undefined || isHostName(fqdnOf({ fqdn }))
        ? []
        : [
            `node ${name}: ${shown(fqdn)} is not a host name, so no MX record names it; write one such as mx1.example.com`,
          ],
    ),
    defaultConfig,
    relayDomain: relayName,
    postmaster: postmaster.address,
    claims: outcomes.flatMap((outcome) => ('error' in outcome ? [] : [outcome])),
    refused: outcomes.flatMap((outcome) => ('error' in outcome ? [outcome] : [])),
  };
}

/** RFC 8314, 7.3. */
const submissionsPort = 465;

export const writeOwnAddress = 'write the address at which the cluster reaches the mail server';

function configProblems(config: RelayConfig, pointer: string): string[] {
  return [
    ...deliveryServiceProblems(config['proxy-map'], `${pointer}/proxy-map`),
    ...greylistingExceptionsOf(config.greylisting, `${pointer}/greylisting`).problems,
  ];
}

/** A node's configuration overrides the default one key by key; a default that the schema filled in overrides nothing. */
function onlyWritten(filled: RelayConfig | undefined, written: object | undefined): Partial<RelayConfig> {
  const keys = new Set(Object.keys(written ?? {}));
  return Object.fromEntries(Object.entries(filled ?? {}).filter(([key]) => keys.has(key)));
}

function validateDomain({
  reference,
  parameters,
  problem,
  fault,
}: SharedRequest): DomainClaim | RefusedDomain {
  const written = (parameters as { name?: unknown } | null | undefined)?.name;
  const refuse = (error: string): RefusedDomain => ({
    reference,
    domain: typeof written === 'string' ? withoutHalfCharacters(written) : null,
    error,
  });
  if (fault !== undefined) return refuse(fault);
  if (problem !== undefined) return refuse(problem);
  const { value, problems } = checkAgainstSchema<DomainInput>(
    'mail-server-relay/domain-input.json',
    parameters,
  );
  if (problems.length > 0) return refuse(problems.join('; '));
  const domain = parseRelayedDomain(value.name);
  if (domain === null)
    return refuse(`/name: "${value.name}" is not a domain name; write one such as example.com`);
  if (value.authentication === 'fingerprint' && value.fingerprints === undefined) {
    return refuse('/fingerprints: is missing; authentication by fingerprint needs at least one');
  }
  const host = canonicalAddress(value['mail-server-host']);
  const special = specialAddress(host);
  // Loopback is right where the cluster itself has such an address: the model decides (unusable-backends.ts).
  if (special !== null && special !== 'loopback') {
    return refuse(`/mail-server-host: ${value['mail-server-host']} is ${special}; ${writeOwnAddress}`);
  }
  if (value['mail-server-port'] === submissionsPort) {
    return refuse(
      `/mail-server-port: ${submissionsPort} is for mail programs, which begin with TLS; write the port at which the server takes mail of other servers, such as 25`,
    );
  }
  return {
    reference,
    domain,
    host,
    port: value['mail-server-port'],
    authentication: value.authentication,
    fingerprints: (value.fingerprints ?? []).map((print) => print.toUpperCase()),
    applied: value.applied?.fingerprints.map((print) => print.toUpperCase()) ?? null,
  };
}
