/** Where mail to other domains goes: a smarthost, the relay of the sender's domain, or straight to MX. Pure. */
import type { LookupTable } from '../../formats/postfix-table.ts';
import type { Answers } from '../../model/answers.ts';
import type { MailServer } from '../../model/mail-server/model.ts';
import { relayRequestName, sha256Fingerprints } from './requests.ts';

export interface Routes {
  /** Sender domain (`@example.com`, `<>` for bounces) → Postfix transport, with all hosts that will do (transport(5)). */
  transports: LookupTable;
  /** Next hop → TLS policy. */
  tlsPolicies: LookupTable;
  /** Next hop → `user:password`. */
  passwords: LookupTable;
  /** Fingerprints of clients that may deliver for the relay cluster. */
  trustedClients: LookupTable;
  /** What is still missing, one sentence each; shown by a promise. */
  missing: readonly string[];
}

type OutboundRoutes = Pick<Routes, 'transports' | 'tlsPolicies' | 'passwords'>;

interface RelayAnswer {
  /** `[host]:port` of each node, in the order in which they are tried; at least one. */
  hops: readonly string[];
  fingerprints: readonly string[];
}

export function planRoutes(model: MailServer, answers: Answers): Routes {
  const relays = new Map(
    model.relaySoftwareUrl === null
      ? []
      : model.hostedDomains.map((domain) => [domain, readAnswer(answers[relayRequestName(domain)])]),
  );
  const fingerprints = [...relays.values()].flatMap((relay) => relay?.fingerprints ?? []);
  const trustedClients = new Map([...new Set(fingerprints)].map((print) => [print, 'relay']));
  const missing = [...relays].flatMap(([domain, relay]) =>
    relay === null ? [missingRelay(domain, answers[relayRequestName(domain)])] : [],
  );
  return { ...outboundRoutes(model, relays), trustedClients, missing };
}

function outboundRoutes(
  { outbound, hostedDomains }: MailServer,
  relays: ReadonlyMap<string, RelayAnswer | null>,
): OutboundRoutes {
  switch (outbound.kind) {
    case 'direct':
      return { transports: new Map(), tlsPolicies: new Map(), passwords: new Map() };
    case 'smarthost': {
      const hop = `[${outbound.host}]:${outbound.port}`;
      const { login, implicitTls } = outbound;
      return {
        transports: bySenderDomain(hostedDomains, () => `${implicitTls ? 'smtps' : 'smtp'}:${hop}`),
        tlsPolicies: new Map([[hop, login === null && !implicitTls ? 'may' : 'encrypt']]),
        passwords: new Map(login === null ? [] : [[hop, `${login.user}:${login.password}`]]),
      };
    }
    case 'relay':
      return relayRoutes(hostedDomains, relays);
  }
}

function relayRoutes(
  hostedDomains: readonly string[],
  relays: ReadonlyMap<string, RelayAnswer | null>,
): OutboundRoutes {
  const policies = new Map<string, Set<string>>();
  for (const relay of relays.values()) {
    // Postfix looks the policy up for each host of a list by itself: every one of them needs its own entry.
    for (const hop of relay?.hops ?? []) {
      const prints = policies.get(hop) ?? new Set();
      relay?.fingerprints.forEach((print) => prints.add(print));
      policies.set(hop, prints);
    }
  }
  return {
    transports: bySenderDomain(hostedDomains, (domain) => {
      const relay = relays.get(domain);
      // The error service of Postfix keeps the message in the queue and says why.
      return relay
        ? `relay:${relay.hops.join(', ')}`
        : 'retry:4.3.5 the relay of this domain has not answered yet';
    }),
    tlsPolicies: new Map(
      [...policies].map(([hop, prints]) => [hop, `fingerprint match=${[...prints].sort().join('|')}`]),
    ),
    passwords: new Map(),
  };
}

/** Bounces have no sender; they leave by the first domain's way. */
function bySenderDomain(domains: readonly string[], transport: (domain: string) => string): LookupTable {
  const [first = ''] = domains;
  return new Map([
    ...domains.map((domain): [string, string] => [`@${domain}`, transport(domain)]),
    ['<>', transport(first)],
  ]);
}

const isHost = (host: string): boolean => /^[A-Za-z0-9.:_-]+$/.test(host);

/**
 * The answer if it is whole and sound: it comes from another instance and ends up in lookup tables. `outbound-hosts`,
 * all nodes of the cluster, is an addition that older relays do not have: what is wrong with it takes away only the
 * choice between nodes.
 */
function readAnswer(answer: Readonly<Record<string, unknown>> | undefined): RelayAnswer | null {
  const host = String(answer?.['outbound-host'] ?? '');
  const port = String(answer?.['outbound-smtp-port'] ?? '');
  const prints = sha256Fingerprints(answer?.['tls-fingerprints']);
  const isPort = /^[1-9][0-9]{0,4}$/.test(port) && Number(port) <= 65535;
  if (!isHost(host) || !isPort || prints.length === 0) return null;
  // In one spelling: Postfix finds keys in any letter case, and may have each only once.
  const hosts = [host, ...list(answer?.['outbound-hosts']).filter(isHost)].map((each) => each.toLowerCase());
  return { hops: [...new Set(hosts)].map((each) => `[${each}]:${port}`), fingerprints: prints };
}

/** Texts of a list. */
function list(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function missingRelay(domain: string, answer: Readonly<Record<string, unknown>> | undefined): string {
  const error = answer?.['error'];
  const reason =
    typeof error === 'string'
      ? `refused it: ${error.replace(/\s+/g, ' ')}`
      : 'has not published outbound-host, outbound-smtp-port and tls-fingerprints yet';
  return `the relay of ${domain} ${reason}; mail from ${domain} to other servers waits in the queue`;
}
