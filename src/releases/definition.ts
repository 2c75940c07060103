/** What one software type is to the stages. `converge` and `render` know no other difference between releases. */
import type { Ledger } from '../ledger/types.ts';
import type { RelationRequest } from '../model/answers.ts';
import type { DraftFacts, Facts } from '../model/facts.ts';
import type { Needs } from '../model/provided.ts';
import type { Service } from '../plan/part.ts';
import type { Plan } from '../plan/planned.ts';
import type { RequestedInstance } from '../validate/requested.ts';
import type { Requests } from './requests.ts';

export interface ReleaseDefinition {
  /** The software release's name. */
  release: string;
  softwareTypes: readonly string[];
  /** The certificate pair that others know it by; `folder` is relative to the partition. */
  certificate: { folder: string; name: string };
  /** What others asked for. */
  requests: Requests;
  /** Stage 2. Throws RequesterError with every problem. */
  validate: (requested: RequestedInstance) => ValidInstance;
}

/** A validated instance: stages 3 and 5 for it, its request and its model kept inside. Pure. */
export interface ValidInstance {
  /** Shared requests that were set aside, with the reason. */
  refused: readonly { reference: string; error: string }[];
  /** What runs in it. */
  services: readonly Service[];
  /** Programs of the stack layer that it cannot do without. */
  programs: readonly string[];
  /** Domains whose mail exchangers must be looked up before anything is decided. */
  lookups: (ledger: Ledger) => readonly string[];
  /** What has to be made for it. */
  needs: (facts: DraftFacts) => Needs;
  requests: (facts: Facts) => RelationRequest[];
  plan: (facts: Facts) => Plan;
}
