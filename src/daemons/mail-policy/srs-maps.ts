/** SRS as lookup tables of Postfix. */
import type { Lookup } from '../kit/socketmap.ts';
import type { KeptSenders } from './kept-senders.ts';
import { expired, forwardSender, type Reversed, reverseRecipient, type Srs } from './srs.ts';

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

/** `mayCome` counts a message to a rewritten sender, and tells when it is one too many. */
export function srsLookup(
  current: () => Promise<Srs>,
  kept: KeptSenders,
  mayCome: (address: string) => boolean,
): Lookup {
  return async (map, key) => {
    const srs = await current();
    const now = Date.now();
    if (map === srsMaps.forward) {
      const forwarded = forwardSender(key, srs, now);
      if (forwarded?.keep) await kept.keep(forwarded.keep, key);
      return forwarded?.address ?? null;
    }
    const reversed = await found(reverseRecipient(key, srs, now), kept);
    if (map === srsMaps.reverse) return reversed.kind === 'sender' ? reversed.address : null;
    if (map === srsMaps.recipient) {
      if (reversed.kind === 'refused') return `550 5.1.1 ${reversed.reason}`;
      return mayCome(key)
        ? 'DUNNO'
        : '450 4.7.1 too many bounces to this address within an hour; try again later';
    }
    if (map === srsMaps.sender) return reversed.kind === 'sender' ? 'OK' : null;
    throw new Error(`no map is called ${JSON.stringify(map)}`);
  };
}

type Found = Exclude<Reversed, { kind: 'kept' }>;

async function found(reversed: Reversed, kept: KeptSenders): Promise<Found> {
  if (reversed.kind !== 'kept') return reversed;
  const address = await kept.find(reversed);
  return address === null ? expired : { kind: 'sender', address };
}
