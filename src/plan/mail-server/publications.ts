/** What a mail server publishes: to its own requester, and to each shared instance. Pure. */
import type { Answers } from '../../model/answers.ts';
import type { AccountRecord, Ledger } from '../../ledger/types.ts';
import type { AliasOutcome, ClaimOutcome } from '../../model/mail-server/addresses.ts';
import type { MailServer } from '../../model/mail-server/model.ts';
import type { PlannedPublication } from '../planned.ts';
import { messageSizeOf } from '../../names/message-size.ts';
import { digestOf } from '../digest.ts';
import { portOf } from '../endpoints.ts';
import { monitorParameters } from '../monitor.ts';
import { accountPublication, senderAddresses } from './account-publication.ts';
import { unhostedWarnings } from './unhosted-domains.ts';
import { webUrl } from './web-address.ts';

/** `published`: digests of what the master has, by target. */
export function planPublications(
  model: MailServer,
  answers: Answers,
  published: Ledger['published'],
): PlannedPublication[] {
  const base = webUrl(model.place, answers);
  const addresses = senderAddresses(model);
  const warnings = unhostedWarnings(model);
  const shared = model.outcomes.flatMap((outcome): PlannedPublication[] => {
    const reference = sharedReference(outcome.holder);
    if (reference === null) return [];
    switch (outcome.kind) {
      case 'account': {
        const { address } = outcome.record;
        const own = addresses.get(address) ?? [];
        const warning = warnings.get(outcome.holder) ?? null;
        return [accountPublication(reference, outcome, { base, addresses: own, warning, published })];
      }
      case 'alias':
        return [aliasPublication(model, reference, outcome, warnings.get(outcome.holder) ?? null)];
      case 'refused':
        return [refusal(reference, outcome.address, outcome.error)];
    }
  });
  const refused = model.refused.map(({ reference, address, error }) => refusal(reference, address, error));
  return [instancePublication(model, answers, base), ...shared, ...refused];
}

function instancePublication(model: MailServer, answers: Answers, base: string): PlannedPublication {
  const { place, secrets } = model;
  const domain = answers['dns-mail-entry']?.['domain'];
  const size = messageSizeOf(model.messageSizeLimit);
  const parameters = {
    'imap-port': String(portOf(place, 'imap')),
    'imaps-port': String(portOf(place, 'imaps')),
    'smtp-port': String(portOf(place, 'smtp')),
    'sieve-port': String(portOf(place, 'sieve')),
    'imap-smtp-ipv6': place.ipv6,
    ...(model.clientHost === null ? {} : { 'imap-smtp-host': model.clientHost }),
    'email-size-limit': size.message,
    'attachment-size-limit': size.attachments,
    'webmail-url': base,
    'webmail-admin-url': `${base}?admin`,
    'webmail-admin-password': secrets['webmail-admin-password'],
    'password-url': `${base}password.php`,
    ...monitorParameters(place, answers, secrets['monitor-password']),
    ...(model.requestDns !== null && typeof domain === 'string' ? { domain } : {}),
    slaves: Object.fromEntries(model.outcomes.flatMap(stateOf)),
    'error-dict': Object.fromEntries(errors(model)),
  };
  return { target: '', parameters, digest: digestOf(parameters) };
}

function stateOf(outcome: ClaimOutcome): [string, object][] {
  const reference = sharedReference(outcome.holder);
  if (reference === null) return [];
  switch (outcome.kind) {
    case 'account': {
      const { record } = outcome;
      return [[reference, { address: record.address, state: accountState(record) }]];
    }
    case 'alias':
      return [[reference, { address: outcome.record.address, state: 'alias' }]];
    case 'refused':
      return [];
  }
}

function accountState({ password, settings }: AccountRecord): string {
  if (settings.suspended !== 'no') return 'suspended';
  return password === null ? 'waiting-for-password' : 'active';
}

function errors(model: MailServer): [string, object][] {
  return [
    ...model.outcomes.flatMap((outcome): [string, object][] => {
      const reference = sharedReference(outcome.holder);
      if (reference === null) return [];
      switch (outcome.kind) {
        case 'account':
          return [];
        case 'alias': {
          const error = aliasError(model, outcome);
          return error === null ? [] : [[reference, { address: outcome.record.address, error }]];
        }
        case 'refused':
          return [[reference, { address: outcome.address, error: outcome.error }]];
      }
    }),
    ...model.refused.map(({ reference, address, error }): [string, object] => [
      reference,
      { ...(address === null ? {} : { address }), error },
    ]),
  ];
}

function aliasPublication(
  model: MailServer,
  target: string,
  outcome: AliasOutcome,
  warning: string | null,
): PlannedPublication {
  const { address, destinations } = outcome.record;
  const missing = model.addresses.get(address)?.missing ?? [];
  const error = aliasError(model, outcome);
  const parameters = {
    address,
    ...(error === null ? { destinations } : { error }),
    ...(warning === null ? {} : { warning }),
    ...(missing.length === 0 ? {} : { 'missing-destinations': missing }),
  };
  return { target, parameters, digest: digestOf(parameters), ...(error === null ? {} : { error }) };
}

/** Why the destinations were refused, or why mail has no recipient; null if all is well. */
function aliasError(model: MailServer, { record, error }: AliasOutcome): string | null {
  if (error !== null) return error;
  const resolved = model.addresses.get(record.address);
  // Its domain is not hosted: there is a warning instead.
  if (resolved === undefined || resolved.deliverTo.length > 0) return null;
  return `destination_unknown: none of ${record.destinations.join(', ')} receives mail now; mail is refused until one does`;
}

function refusal(target: string, address: string | null, error: string): PlannedPublication {
  const parameters = { ...(address === null ? {} : { address }), error };
  return { target, parameters, digest: digestOf(parameters), error };
}

function sharedReference(holder: string): string | null {
  return holder.startsWith('shared:') ? holder.slice('shared:'.length) : null;
}
