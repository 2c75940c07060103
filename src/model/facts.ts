/** What the pure stages need to know apart from the request. */
import type { Ledger } from '../ledger/types.ts';
import type { Outside } from './answers.ts';
import type { Place } from './place.ts';
import type { Provided } from './provided.ts';

/** What is known before secrets are made and other instances are asked. */
export interface DraftFacts {
  ledger: Ledger;
  place: Place;
}

export interface Facts extends DraftFacts {
  provided: Provided;
  /** Random bytes; the same seed leads to the same decisions. */
  seed: Uint8Array;
  outside: Outside;
}
