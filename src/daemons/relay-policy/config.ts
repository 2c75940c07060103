/** `etc/relay-policy.json`: who may send as what through the outbound service of a relay node. Pure. */
import { type LogInConfig, logInCodecs } from '../kit/log-in-config.ts';
import {
  absolutePath,
  filledText,
  listOf,
  nullable,
  objectOf,
  parseJson,
  port,
  serialiseJson,
} from '../kit/json-codec.ts';

export interface RelayPolicyConfig extends LogInConfig {
  /** Unix socket on which Postfix asks. */
  socket: string;
  /** Unix socket on which Postfix looks ways of bounces up. */
  bounceWaysSocket: string;
  /** Unix socket of the milter protocol: which notices of delay are sent. */
  noticeSocket: string;
  /** File that remembers which domains were relayed. */
  knownDomains: string;
  /** As what mail servers are asked about recipients; `address`: null for any. */
  asker: { hostName: string; address: string | null; bundle: string };
  tenants: readonly Tenant[];
  /** Addresses of the node itself that lead to another one; null where nobody is named. */
  postmaster: { addresses: readonly string[]; to: string } | null;
  /** Host names of the cluster's nodes, lower case: domains whose MX records name one of them belong to the cluster. */
  exchangers: readonly string[];
}

/** One domain, and how its mail server is recognised: exactly one of the three. */
export interface Tenant {
  domain: string;
  /** Name that it logs in with. */
  login: string | null;
  /** Address that it comes from. */
  address: string | null;
  /** Client certificates that it shows; upper case. */
  fingerprints: readonly string[];
  /** Where its mail server takes mail. */
  backend: { host: string; port: number };
  /** Postfix transport for mail to the world, or null: only relayed domains can be reached. */
  delivery: string | null;
}

const codec = objectOf<RelayPolicyConfig>({
  ...logInCodecs,
  socket: absolutePath,
  bounceWaysSocket: absolutePath,
  noticeSocket: absolutePath,
  knownDomains: absolutePath,
  asker: objectOf<RelayPolicyConfig['asker']>({
    hostName: filledText,
    address: nullable(filledText),
    bundle: absolutePath,
  }),
  tenants: listOf(
    objectOf<Tenant>({
      domain: filledText,
      login: nullable(filledText),
      address: nullable(filledText),
      fingerprints: listOf(filledText),
      backend: objectOf<Tenant['backend']>({ host: filledText, port }),
      delivery: nullable(filledText),
    }),
  ),
  postmaster: nullable(
    objectOf<NonNullable<RelayPolicyConfig['postmaster']>>({ addresses: listOf(filledText), to: filledText }),
  ),
  exchangers: listOf(filledText),
});

export const serialiseRelayPolicyConfig = (config: RelayPolicyConfig): string => serialiseJson(config, codec);
/** Throws OperatorError with the file's path, the JSON pointer and the reason. */
export const parseRelayPolicyConfig = (text: string, path: string): RelayPolicyConfig =>
  parseJson(text, path, codec);
