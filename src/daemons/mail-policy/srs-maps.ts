/** SRS as lookup tables of Postfix. */
import type { Lookup } from '../kit/socketmap.ts';
import { forwardSender, type Reversed, reverseRecipient, type Srs } from './srs.ts';

/** Map name → what it is for. */
const srsMaps = {
  /** Envelope sender → the one to use instead (`sender_canonical_maps`). */
  forward: 'srs-forward',
  /** SRS address → the sender that it stands for (`recipient_canonical_maps`, `lmtp_generic_maps`). */
  reverse: 'srs-reverse',
  /** Recipient that looks like an SRS address → an action (access(5)): `DUNNO` for one that was made here, else a refusal. */
  recipient: 'srs-recipient',
  /** Envelope sender → `OK` for an SRS address that was made here. */
  sender: 'srs-sender',
} as const;

export function srsLookup(current: () => Promise<Srs>): Lookup {
  return async (map, key) => {
    const srs = await current();
    const now = Date.now();
    if (map === srsMaps.forward) return forwardSender(key, srs, now);
    const reversed = reverseRecipient(key, srs, now);
    if (map === srsMaps.reverse) return senderOf(reversed);
    if (map === srsMaps.recipient) return actionFor(reversed);
    if (map === srsMaps.sender) return reversed.kind === 'sender' ? 'OK' : null;
    throw new Error(`no map is called ${JSON.stringify(map)}`);
  };
}

function senderOf(reversed: Reversed): string | null {
  switch (reversed.kind) {
    case 'sender':
      return reversed.address;
    case 'refused':
    case 'other':
      return null;
  }
}

function actionFor(reversed: Reversed): string {
  switch (reversed.kind) {
    case 'refused':
      return `550 5.1.1 ${reversed.reason}`;
    case 'sender':
    case 'other':
      return 'DUNNO';
  }
}
