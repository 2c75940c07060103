/** Where an instance of a software type finds what others asked of it. Pure. */
import { type RequestedInstance, serverFault } from '../validate/requested.ts';

export interface Requests {
  /** One name for each request, in their order. */
  namesOf: (requested: RequestedInstance) => readonly string[];
  /** The instance with the requests at these places set aside. */
  without: (requested: RequestedInstance, places: ReadonlySet<number>) => RequestedInstance;
}

/** Shared instances: each is told that the server failed, and none of its parameters is looked at. */
export const sharedInstances: Requests = {
  namesOf: ({ sharedRequests }) => sharedRequests.map(({ reference }) => reference),
  without: (requested, places) => ({
    ...requested,
    sharedRequests: requested.sharedRequests.map((shared, place) =>
      places.has(place) ? { reference: shared.reference, parameters: undefined, fault: serverFault } : shared,
    ),
  }),
};

/** Domains that a cluster tells its node: it sees from what the node has applied that one is missing. */
export const mailDomains: Requests = {
  namesOf: (requested) =>
    domainsOf(requested).map((domain, place) => nameOf(domain) ?? `mail domain ${place}`),
  without: (requested, places) => ({
    ...requested,
    parameters: {
      ...(requested.parameters as object),
      'mail-domains': domainsOf(requested).filter((_domain, place) => !places.has(place)),
    },
  }),
};

function domainsOf({ parameters }: RequestedInstance): readonly unknown[] {
  const domains = (parameters as { 'mail-domains'?: unknown } | null | undefined)?.['mail-domains'];
  return Array.isArray(domains) ? domains : [];
}

function nameOf(domain: unknown): string | null {
  const name = (domain as { name?: unknown } | null | undefined)?.name;
  return typeof name === 'string' ? name : null;
}
