/** What a mail server publishes: to its own requester, and to each shared instance. Pure. */
import type { Answers } from '../../model/answers.ts';
import type { ClaimOutcome } from '../../model/mail-server/accounts.ts';
import type { MailServer } from '../../model/mail-server/mail-server.ts';
import type { PlannedPublication } from '../planned.ts';
import { digestOf } from '../shared/digest.ts';
import { portOf } from '../shared/endpoints.ts';
import { monitorParameters } from '../shared/monitor.ts';
import { webUrl } from './addresses.ts';

export function planPublications(model: MailServer, answers: Answers): PlannedPublication[] {
  const base = webUrl(model, answers);
  const shared = model.outcomes.flatMap((outcome) => {
    const reference = sharedReference(outcome.holder);
    if (reference === null) return [];
    return outcome.accepted
      ? [accountPublication(reference, outcome, base)]
      : [refusal(reference, outcome.address, outcome.error)];
  });
  const refused = model.refused.map(({ reference, address, error }) => refusal(reference, address, error));
  return [instancePublication(model, answers, base), ...shared, ...refused];
}

function instancePublication(model: MailServer, answers: Answers, base: string): PlannedPublication {
  const { place, secrets } = model;
  const domain = answers['dns-mail-entry']?.['domain'];
  const parameters = {
    'imap-port': String(portOf(place, 'imap')),
    'imaps-port': String(portOf(place, 'imaps')),
    'smtp-port': String(portOf(place, 'smtp')),
    'sieve-port': String(portOf(place, 'sieve')),
    'imap-smtp-ipv6': place.ipv6,
    'webmail-url': base,
    'webmail-admin-url': `${base}?admin`,
    'webmail-admin-password': secrets['webmail-admin-password'],
    'password-url': `${base}password.php`,
    ...monitorParameters(place, answers, secrets['monitor-password']),
    ...(model.requestDns !== null && typeof domain === 'string' ? { domain } : {}),
    slaves: Object.fromEntries(model.outcomes.flatMap(accountState)),
    'error-dict': Object.fromEntries(errors(model)),
  };
  return { target: '', parameters, digest: digestOf(parameters) };
}

function accountState(outcome: ClaimOutcome): [string, object][] {
  const reference = sharedReference(outcome.holder);
  if (reference === null || !outcome.accepted) return [];
  const { address, password } = outcome.record;
  return [[reference, { address, state: password === null ? 'waiting-for-password' : 'active' }]];
}

function errors(model: MailServer): [string, object][] {
  return [
    ...model.outcomes.flatMap((outcome): [string, object][] => {
      const reference = sharedReference(outcome.holder);
      if (reference === null || outcome.accepted) return [];
      return [[reference, { address: outcome.address, error: outcome.error }]];
    }),
    ...model.refused.map(({ reference, address, error }): [string, object] => [
      reference,
      { ...(address === null ? {} : { address }), error },
    ]),
  ];
}

function accountPublication(
  target: string,
  outcome: Extract<ClaimOutcome, { accepted: true }>,
  base: string,
): PlannedPublication {
  const { address } = outcome.record;
  const token = outcome.freshToken ?? '';
  const user = encodeURIComponent(address).replaceAll('%40', '@');
  const query = `user=${user}${token === '' ? '' : `&token=${encodeURIComponent(token)}`}`;
  return {
    target,
    parameters: { address, token, 'setup-url': `${base}password.php?${query}` },
    digest: accountDigest(outcome.record, base),
  };
}

/**
 * What a requester of an account has: the place, and the token it may use. `.-` at the end says that none is waiting.
 * The hash of the token stands for it, so that the token itself need not be remembered.
 */
export function accountDigest(record: { address: string; token: string | null }, base: string): string {
  const place = digestOf([record.address, base]).slice(0, 32);
  return `${place}.${record.token === null ? '-' : digestOf(record.token).slice(0, 32)}`;
}

function refusal(target: string, address: string | null, error: string): PlannedPublication {
  const parameters = { ...(address === null ? {} : { address }), error };
  return { target, parameters, digest: digestOf(parameters), error };
}

function sharedReference(holder: string): string | null {
  return holder.startsWith('shared:') ? holder.slice('shared:'.length) : null;
}
