/** Certificates and secrets that must exist before a mail server can be planned. Pure. */
import type { MailServerParameters } from '../../validate/mail-server/request.ts';
import { appliedFingerprints, trustedByAll } from '../applied.ts';
import type { DraftFacts } from '../facts.ts';
import type { Needs } from '../provided.ts';
import { serverNameOf } from './server-name.ts';

/** The certificate pair by which other servers know it; `folder` is relative to the partition. */
export const identity = { folder: 'etc/postfix/ssl', name: 'postfix-backend' } as const;

export const secretNames = [
  'webmail-admin-password',
  'monitor-password',
  'promise-password',
  'srs-secret',
  'auth-policy-key',
] as const;
export type SecretName = (typeof secretNames)[number];

export function mailServerNeeds(parameters: MailServerParameters, { place, ledger }: DraftFacts): Needs {
  return {
    certificates: [
      {
        ...identity,
        hostName: serverNameOf(parameters, place).hostName,
        isKnownToPeers: parameters['inbound-relay'].enable,
        // Only relays answer what they have applied.
        trusted: trustedByAll(Object.values(ledger.answers).map(appliedFingerprints)),
      },
    ],
    keyPairs: {},
    secrets: secretNames,
  };
}
