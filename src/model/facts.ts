/** Everything that the pure stages must know beside the request. */
import type { Ledger } from '../ledger/types.ts';
import type { Outside } from './answers.ts';
import type { Place } from './place.ts';
import type { Provided } from './provided.ts';

/** What is known before anything was made or asked for. */
export interface DraftFacts {
  ledger: Ledger;
  place: Place;
}

export interface Facts extends DraftFacts {
  provided: Provided;
  /** Randomness; the same seed gives the same decisions. */
  seed: Uint8Array;
  outside: Outside;
}
