/** Stage 2 for `mail-server`: the instance's parameters, and each shared request on its own. Pure. */
import { RequesterError } from '../../errors.ts';
import type { DefaultInput, DefaultInputWritten } from '../../generated/types/mail-server/default-input.ts';
import type { DefaultOrsInput } from '../../generated/types/mail-server/default-ors-input.ts';
import { checkAgainstSchema } from '../json-schema.ts';
import type { HostedDomains } from '../../names/mail-address.ts';
import type { RequestedInstance } from '../requested.ts';
import { brokenRules } from '../rules.ts';
import { hostedDomainsOf } from './hosted-domains.ts';
import { hostNameFrom } from './host-name.ts';
import { namedAddressesOf } from './named-addresses.ts';
import { outboundRelayRules } from './outbound-relay.ts';
import { type RefusedRequest, validateSharedRequest, type ValidRequest } from './shared-request.ts';
import { trustedProxiesOf } from './trusted-proxies.ts';

/** Checked, in one spelling, with all defaults. */
export type MailServerParameters = Pick<DefaultOrsInput, 'request-dns' | 'demo-disable-auth'> &
  Omit<DefaultOrsInput, 'fqdn' | 'mail-domains' | 'domain-aliases' | 'postmaster' | 'any-from'> & {
    /** Lower case, ASCII; null where none is given. */
    fqdn: string | null;
    postmaster: string | null;
    'any-from': readonly string[];
    'mail-domains': readonly string[];
    /** Alias domain → mail domain. */
    'domain-aliases': HostedDomains['aliases'];
  };

export interface MailServerRequest {
  parameters: MailServerParameters;
  /** In the master's order. */
  requests: readonly ValidRequest[];
  refused: readonly RefusedRequest[];
}

const inputSchemas: ReadonlyMap<string, string> = new Map([
  ['default', 'mail-server/default-input.json'],
  ['RootSoftwareInstance', 'mail-server/default-input.json'],
  ['default-ors', 'mail-server/default-ors-input.json'],
]);

/** Throws RequesterError with every problem of the instance's own parameters; shared requests never throw. */
export function validateMailServerRequest(requested: RequestedInstance): MailServerRequest {
  const schema = inputSchemas.get(requested.softwareType);
  if (!schema) {
    const known = [...inputSchemas.keys()].join(', ');
    throw new RequesterError([
      `/: software type "${requested.softwareType}" is not known; known are ${known}`,
    ]);
  }
  const { value, problems } = checkAgainstSchema<DefaultInput & Partial<DefaultOrsInput>>(
    schema,
    requested.parameters,
  );
  if (problems.length > 0) throw new RequesterError(problems);
  const written = requested.parameters as DefaultInputWritten;
  const { domains, aliases, problems: domainProblems } = hostedDomainsOf(written);
  const { networks, problems: proxyProblems } = trustedProxiesOf(value['trusted-proxies']);
  const hosted: HostedDomains = { domains: new Set(domains), aliases };
  const named = namedAddressesOf(value, hosted);
  const { hostName, problems: nameProblems } = hostNameFrom(value.fqdn);
  const broken = [
    ...nameProblems,
    ...domainProblems,
    ...named.problems,
    ...proxyProblems,
    ...brokenRules(outboundRelayRules, written['outbound-relay'] ?? {}, '/outbound-relay'),
  ];
  if (broken.length > 0) throw new RequesterError(broken);

  const outcomes = requested.sharedRequests.map((shared) => validateSharedRequest(shared, hosted));
  return {
    parameters: {
      ...value,
      // Only an Open Radio Station has these two.
      'request-dns': value['request-dns'] ?? { enable: false, 'sr-url': '', 'sr-type': '' },
      'demo-disable-auth': value['demo-disable-auth'] ?? false,
      fqdn: hostName,
      postmaster: named.postmaster,
      'any-from': named.anyFrom,
      'mail-domains': domains,
      'domain-aliases': aliases,
      'trusted-proxies': networks,
    },
    requests: outcomes.flatMap((outcome) => ('error' in outcome ? [] : [outcome])),
    refused: outcomes.flatMap((outcome) => ('error' in outcome ? [outcome] : [])),
  };
}
