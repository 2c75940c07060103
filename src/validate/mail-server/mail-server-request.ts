/** Stage 2 for `mail-server`: the instance's parameters, and each shared request on its own. Pure. */
import { RequesterError } from '../../errors.ts';
import type { AccountInput } from '../../generated/types/mail-server/account-input.ts';
import type { DefaultInput, DefaultInputWritten } from '../../generated/types/mail-server/default-input.ts';
import type { DefaultOrsInput } from '../../generated/types/mail-server/default-ors-input.ts';
import type { AccountSettings } from '../../ledger/types.ts';
import { sendingExceptionsOf } from '../../model/mail-server/limits.ts';
import { checkAgainstSchema } from '../json-schema.ts';
import { parseMailAddress } from '../mail-address.ts';
import type { RequestedInstance, SharedRequest } from '../requested.ts';
import { brokenRules } from './rules.ts';

export interface AccountRequest {
  reference: string;
  /** Lower case. */
  address: string;
  resetToken: string | null;
  settings: AccountSettings;
}

export interface RefusedRequest {
  reference: string;
  /** As it was written, if it was text. */
  address: string | null;
  error: string;
}

export type MailServerParameters = Pick<DefaultOrsInput, 'request-dns' | 'demo-disable-auth'> &
  Omit<DefaultOrsInput, 'mail-domains'> & { 'mail-domains': readonly string[] };

export interface MailServerRequest {
  parameters: MailServerParameters;
  /** In the master's order. */
  accounts: readonly AccountRequest[];
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
  const all = problems.length > 0 ? problems : brokenRules(requested.parameters as DefaultInputWritten);
  if (all.length > 0) throw new RequesterError(all);

  const domains = [...new Set(value['mail-domains'].map((domain) => domain.toLowerCase()))];
  const outcomes = requested.sharedRequests.map((shared) => validateAccountRequest(shared, new Set(domains)));
  return {
    parameters: {
      ...value,
      // Only an Open Radio Station has these two.
      'request-dns': value['request-dns'] ?? { enable: false, 'sr-url': '', 'sr-type': '' },
      'demo-disable-auth': value['demo-disable-auth'] ?? false,
      'mail-domains': domains,
    },
    accounts: outcomes.flatMap((outcome) => ('error' in outcome ? [] : [outcome])),
    refused: outcomes.flatMap((outcome) => ('error' in outcome ? [outcome] : [])),
  };
}

function validateAccountRequest(
  { reference, parameters, problem }: SharedRequest,
  domains: ReadonlySet<string>,
): AccountRequest | RefusedRequest {
  const written = (parameters as { address?: unknown } | null | undefined)?.address;
  const refuse = (error: string): RefusedRequest => ({
    reference,
    address: typeof written === 'string' ? written : null,
    error,
  });
  if (problem !== undefined) return refuse(`parameters_unreadable: ${problem}`);
  const { value, problems } = checkAgainstSchema<AccountInput>('mail-server/account-input.json', parameters);
  if (problems.length > 0) return refuse(`parameters_invalid: ${problems.join('; ')}`);
  const { address, problem: addressProblem } = parseMailAddress(value.address, domains);
  if (address === undefined) return refuse(`address_invalid: /address: ${addressProblem}`);
  const settings = { sendingLimits: sendingExceptionsOf(value['sending-limits']) };
  return { reference, address, resetToken: value['reset-token'] ?? null, settings };
}
