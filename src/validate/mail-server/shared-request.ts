/** One shared request of a mail server: an account or an alias, or why it is neither. Pure. */
import type { AccountInput } from '../../generated/types/mail-server/account-input.ts';
import type { AliasInput } from '../../generated/types/mail-server/alias-input.ts';
import type { AccountSettings } from '../../ledger/types.ts';
import { shown } from '../../errors.ts';
import { checkAgainstSchema } from '../json-schema.ts';
import {
  type HostedDomains,
  type ParsedAddress,
  parseAliasAddress,
  parseDestination,
  parseMailAddress,
} from '../../names/mail-address.ts';
import { withoutHalfCharacters } from '../../names/half-characters.ts';
import type { SharedRequest } from '../requested.ts';
import { sendingExceptionsOf } from './sending-limits.ts';

export interface AccountRequest {
  kind: 'account';
  reference: string;
  /** Lower case. */
  address: string;
  resetToken: string | null;
  settings: AccountSettings;
  /** Other addresses of the account, without duplicates. */
  aliases: readonly string[];
  /** The account's own address first if its mailbox keeps a copy; empty if nothing is forwarded. */
  forward: readonly string[];
}

export interface AliasRequest {
  kind: 'alias';
  reference: string;
  /** Lower case; `@domain` for the catch-all of a domain. */
  address: string;
  /** In their order, without duplicates. */
  destinations: readonly string[];
}

export interface RefusedRequest {
  reference: string;
  /** As written in the request, if it is text, and shortened if it is far too long. */
  address: string | null;
  error: string;
}

export type ValidRequest = AccountRequest | AliasRequest;

/** Characters of a refused address that are published with the refusal. A valid address has at most 254. */
const maxShownLength = 320;

const requestOfKind: {
  readonly [Kind in ValidRequest['kind']]: (
    reference: string,
    parameters: unknown,
    hosted: HostedDomains,
  ) => Extract<ValidRequest, { kind: Kind }>;
} = { account: accountRequest, alias: aliasRequest };

function isKind(kind: unknown): kind is ValidRequest['kind'] {
  return typeof kind === 'string' && Object.hasOwn(requestOfKind, kind);
}

/** Why a request is refused, as its requester reads it. */
class Refusal extends Error {}

export function validateSharedRequest(
  { reference, parameters, problem, fault }: SharedRequest,
  hosted: HostedDomains,
): ValidRequest | RefusedRequest {
  const { address, kind = 'account' } = (parameters ?? {}) as { address?: unknown; kind?: unknown };
  try {
    if (fault !== undefined) throw new Refusal(fault);
    if (problem !== undefined) throw new Refusal(`parameters_unreadable: ${problem}`);
    const request = isKind(kind) ? requestOfKind[kind] : null;
    if (request !== null) return request(reference, parameters, hosted);
    const known = Object.keys(requestOfKind).join(' and ');
    throw new Refusal(`kind_unknown: /kind: ${shown(kind)} is no kind of request; known are ${known}`);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const written =
      typeof address === 'string' ? withoutHalfCharacters(address.slice(0, maxShownLength)) : null;
    return { reference, address: written, error: error.message };
  }
}

function accountRequest(reference: string, parameters: unknown, hosted: HostedDomains): AccountRequest {
  const value = checked<AccountInput>('mail-server/account-input.json', parameters);
  const address = parsed('/address', parseMailAddress(value.address, hosted));
  const aliases = parsedList('/aliases', value.aliases, (text) => parseMailAddress(text, hosted));
  const { forward } = value;
  return {
    kind: 'account',
    reference,
    address,
    resetToken: value['reset-token'] ?? null,
    settings: {
      mode: value.mode,
      suspended: value.suspended,
      mailboxSizeLimit: value['mailbox-size-limit'] ?? null,
      sendingLimits: sendingExceptionsOf(value['sending-limits']),
    },
    aliases: aliases.filter((alias) => alias !== address),
    forward: forward === undefined ? [] : forwardOf(address, forward, hosted),
  };
}

/** An account that names itself as a destination keeps a copy; one that names nothing else forwards nothing. */
function forwardOf(
  address: string,
  written: NonNullable<AccountInput['forward']>,
  hosted: HostedDomains,
): readonly string[] {
  const all = destinations('/forward/destinations', written.destinations, hosted);
  const others = all.filter((each) => each !== address);
  if (others.length === 0) return [];
  const keepsCopy = written['keep-copy'] || others.length < all.length;
  return keepsCopy ? [address, ...others] : others;
}

function aliasRequest(reference: string, parameters: unknown, hosted: HostedDomains): AliasRequest {
  const value = checked<AliasInput>('mail-server/alias-input.json', parameters);
  return {
    kind: 'alias',
    reference,
    address: parsed('/address', parseAliasAddress(value.address, hosted)),
    destinations: destinations('/destinations', value.destinations, hosted),
  };
}

function destinations(pointer: string, texts: readonly string[], hosted: HostedDomains): string[] {
  return parsedList(pointer, texts, (text) => parseDestination(text, hosted));
}

function checked<Value>(schema: string, parameters: unknown): Value {
  const { value, problems } = checkAgainstSchema<Value>(schema, parameters);
  if (problems.length > 0) throw new Refusal(`parameters_invalid: ${problems.join('; ')}`);
  return value;
}

function parsed(pointer: string, { address, problem }: ParsedAddress): string {
  if (address === undefined) throw addressRefusal([`${pointer}: ${problem}`]);
  return address;
}

/** In their order, without duplicates. */
function parsedList(
  pointer: string,
  texts: readonly string[],
  parse: (text: string) => ParsedAddress,
): string[] {
  const all = texts.map(parse);
  const problems = all.flatMap(({ problem }, index) =>
    problem === undefined ? [] : [`${pointer}/${index}: ${problem}`],
  );
  if (problems.length > 0) throw addressRefusal(problems);
  return [...new Set(all.flatMap(({ address }) => address ?? []))];
}

const addressRefusal = (problems: readonly string[]) =>
  new Refusal(`address_invalid: ${problems.join('; ')}`);
