/** Builds the model of a mail server from parameters, requests and ledger; nothing in it is optional. Pure. */
import {
  type AccountRecord,
  type AccountSettings,
  type AliasRecord,
  type Holder,
  type SendingLimits,
  usualSettings,
} from '../../ledger/types.ts';
import type { MailServerRequest } from '../../validate/mail-server/request.ts';
import { sendingLimitsOf } from '../../validate/mail-server/sending-limits.ts';
import { byText } from '../../formats/one-word.ts';
import type { Facts } from '../facts.ts';
import type { Place } from '../place.ts';
import { type CertificatePair, certificatePair, type Provided, secretOf } from '../provided.ts';
import { type ClaimOutcome, decideAddresses } from './addresses.ts';
import type { AccountClaim, Claim } from './claims.ts';
import { type ServerName, serverNameOf } from './server-name.ts';
import { type FilterLimits, type LogInLimits, withinLimits } from './limits.ts';
import { identity, type SecretName, secretNames } from './needs.ts';
import { promiseAddress, promiseDomain } from '../../names/promise-address.ts';
import { type Outbound, outboundOf } from './outbound.ts';
import type { ResolvedAddress } from './resolution.ts';
import { isChosenRole, type RoleCandidate, roleAddresses } from './role-addresses.ts';

/** The part of the model that depends on the parameters alone, not on requests for addresses. */
export interface MailServerSettings extends ServerName {
  place: Place;
  /** The certificates by which other servers know it. */
  identity: CertificatePair;
  /** Lower case, without duplicates; the first one stands for the instance. */
  domains: readonly string[];
  /** Domain that stands for another → that other. */
  domainAliases: ReadonlyMap<string, string>;
  /** `domains`, then those of `domainAliases`. */
  hostedDomains: readonly string[];
  /** The character that separates a name from a tag; empty if there is none. */
  recipientDelimiter: string;
  /** Who may deliver to hosted domains without logging in. */
  reception: 'anybody' | 'relays';
  outbound: Outbound;
  /** The relay's software release, or null when none is used. */
  relaySoftwareUrl: string | null;
  requestDns: { softwareUrl: string; softwareType: string } | null;
  anyPassword: boolean;
  /** Bytes. */
  messageSizeLimit: number;
  /** MiB. */
  mailboxSizeLimit: number;
  filterLimits: FilterLimits;
  /** For each account without limits of its own. */
  sendingLimits: SendingLimits;
  logInLimits: LogInLimits;
  /** Accounts that may write anything into the From header. */
  anyFrom: readonly string[];
  /** Addresses and networks of frontends before the web pages that are believed about their clients. */
  trustedProxies: readonly string[];
}

export interface MailServer extends MailServerSettings {
  accounts: readonly AccountRecord[];
  aliases: readonly AliasRecord[];
  /** By address. Addresses in alias domains are not listed: they are the same as in the target domain. */
  addresses: ReadonlyMap<string, ResolvedAddress>;
  records: readonly AccountRecord[];
  outcomes: readonly ClaimOutcome[];
  refused: MailServerRequest['refused'];
  secrets: Readonly<Record<SecretName, string>>;
}

const mebibyte = 1024 * 1024;

export function mailServerSettings(
  { parameters }: MailServerRequest,
  place: Place,
  provided: Provided,
): MailServerSettings {
  const domains = parameters['mail-domains'];
  const domainAliases = parameters['domain-aliases'];
  const relays = parameters['inbound-relay'].enable;
  const dns = parameters['request-dns'];
  return {
    place,
    identity: certificatePair(provided, identity.name),
    ...serverNameOf(parameters, place),
    domains,
    domainAliases,
    hostedDomains: [...domains, ...domainAliases.keys()],
    recipientDelimiter: parameters['recipient-delimiter'],
    reception: relays ? 'relays' : 'anybody',
    outbound: outboundOf(parameters),
    relaySoftwareUrl: relays ? parameters['inbound-relay']['relay-sr-url'] : null,
    requestDns: dns.enable ? { softwareUrl: dns['sr-url'], softwareType: dns['sr-type'] } : null,
    anyPassword: parameters['demo-disable-auth'],
    messageSizeLimit: parameters['email-size-limit'] * mebibyte,
    mailboxSizeLimit: parameters['mailbox-size-limit'],
    filterLimits: {
      scripts: parameters['filter-limits'].scripts,
      scriptSize: parameters['filter-limits']['script-size'],
    },
    sendingLimits: sendingLimitsOf(parameters['sending-limits']),
    logInLimits: parameters['log-in-limits'],
    anyFrom: parameters['any-from'],
    trustedProxies: parameters['trusted-proxies'],
  };
}

export function buildMailServer(
  request: MailServerRequest,
  { ledger, place, provided, seed }: Omit<Facts, 'outside'>,
): MailServer {
  const settings = mailServerSettings(request, place, provided);
  const secrets = Object.fromEntries(secretNames.map((name) => [name, secretOf(provided, name)])) as Record<
    SecretName,
    string
  >;
  // The operator's limits apply to requests, and also to settings that were accepted before.
  const allowed = (asked: AccountSettings) =>
    request.parameters['accounts-may-exceed-limits'] ? asked : withinLimits(asked, settings);
  const {
    accounts: records,
    aliases,
    outcomes,
    resolved,
  } = decideAddresses(
    {
      claims: [...sharedClaims(request, allowed), ...builtinClaims(request, secrets['promise-password'])],
      invalid: request.refused.map(({ reference }): Holder => `shared:${reference}`),
    },
    {
      aliases: ledger.aliases.filter((alias) => !isChosenRole(alias)),
      accounts: ledger.accounts.map((account) => ({ ...account, settings: allowed(account.settings) })),
    },
    {
      domains: new Set([...settings.domains, promiseDomain]),
      delimiter: settings.recipientDelimiter,
      forwarding: request.parameters.forwarding,
    },
    seed,
  );
  const accounts = records.filter(({ state }) => state === 'held');
  const roles = roleAddresses(resolved, inOrder(accounts), ledger.aliases, {
    domains: settings.domains,
    postmaster: request.parameters.postmaster,
    anyName: settings.anyPassword,
    delimiter: settings.recipientDelimiter,
  });
  return {
    ...settings,
    records,
    aliases: [...aliases, ...roles.chosen],
    addresses: new Map([...resolved, ...roles.addresses]),
    outcomes,
    accounts,
    refused: request.refused,
    secrets,
  };
}

/** Requested accounts by address, as a master's order means nothing, then built-in ones for people. */
function inOrder(accounts: readonly AccountRecord[]): RoleCandidate[] {
  const rank = ({ holder, address }: RoleCandidate) => `${holder.startsWith('shared:') ? 0 : 1} ${address}`;
  return accounts
    .filter(({ address }) => address !== promiseAddress)
    .sort((left, right) => byText(rank(left), rank(right)));
}

function sharedClaims(
  { requests }: MailServerRequest,
  allowed: (settings: AccountSettings) => AccountSettings,
): Claim[] {
  return requests.map(({ reference, ...request }): Claim => {
    const holder: Holder = `shared:${reference}`;
    switch (request.kind) {
      case 'account':
        return { holder, ...request, settings: allowed(request.settings), builtinPassword: null };
      case 'alias':
        return { holder, ...request };
    }
  });
}

function builtinClaims({ parameters }: MailServerRequest, promisePassword: string): AccountClaim[] {
  const builtin = (name: string, address: string, builtinPassword: string): AccountClaim => ({
    kind: 'account',
    holder: `builtin:${name}`,
    address,
    resetToken: null,
    settings: usualSettings,
    aliases: [],
    forward: [],
    builtinPassword,
  });
  const tests = parameters['test-account'] ? parameters['mail-domains'] : [];
  return [
    builtin('delivery-promise', promiseAddress, promisePassword),
    ...tests.map((domain) => builtin(`test-account-${domain}`, `testmail@${domain}`, 'password123')),
  ];
}
