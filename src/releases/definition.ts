/** What one software type is to the seven stages. `converge` and `render` know no other difference between releases. */
import type { Ledger } from '../ledger/types.ts';
import type { Outside, RelationRequest } from '../model/answers.ts';
import type { Place } from '../model/place.ts';
import type { CertificateFiles } from '../converge/provision/certificates.ts';
import type { Daemon, Plan } from '../plan/planned.ts';
import type { RequestedInstance } from '../validate/requested.ts';

export interface ReleaseDefinition {
  /** The software release's name. */
  release: string;
  softwareTypes: readonly string[];
  /** Programs of the stack layer that an instance cannot do without. */
  programs: readonly string[];
  /** Service → canonical port. */
  ports: Readonly<Record<string, number>>;
  /** Which daemon listens for a service. */
  listener: (service: string) => Daemon;
  /** Where the certificates are, relative to the partition, and who serves them; null when there are none. */
  certificates: (CertificateFiles & { servedBy: readonly Daemon[] }) | null;
  /** Stage 2. Throws RequesterError with every problem. */
  validate: (requested: RequestedInstance) => ValidInstance;
}

/** A validated instance: stages 3 and 5 for it, its request and its model kept inside. Pure. */
export interface ValidInstance {
  /** Shared requests that were set aside, with the reason. */
  refused: readonly { reference: string; error: string }[];
  /** Domains whose mail exchangers must be looked up before anything is decided. */
  lookups: (ledger: Ledger) => readonly string[];
  requests: (facts: Facts) => RelationRequest[];
  plan: (facts: Facts) => Plan;
}

/** Everything that the pure stages must know beside the request. */
export interface Facts {
  ledger: Ledger;
  place: Place;
  seed: Uint8Array;
  outside: Outside;
}
