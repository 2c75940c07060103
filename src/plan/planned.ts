/** What a plan says: files, folders, publications. Values only; stage 6 writes them, stage 7 sends them. */

import type { PublicationDigest } from '../ledger/publication-digest.ts';
import type { Ledger } from '../ledger/types.ts';

export interface PlannedFile {
  /** Relative to the partition. */
  path: string;
  mode: number;
  body: { template: string; context: Readonly<Record<string, unknown>> } | { text: string };
  /** Name of the service that must read it again when it changes; none when every reader looks by itself. */
  reload?: string;
  /** Name of the service that must be started again when it changes. */
  restart?: string;
  /** Name of the service whose waiting mail may go another way when it changes. */
  flush?: string;
  /** Postfix lookup table source: an indexed file of the stack's type is made beside it. */
  table?: true;
}

export interface PlannedFolder {
  path: string;
  mode: number;
  /** Names of files that stand there only as long as they are planned, indexed forms of tables included. */
  removable?: RegExp;
}

/** To one target: the instance itself (`''`) or a shared instance's reference. */
export interface PlannedPublication {
  target: string;
  parameters: Readonly<Record<string, unknown>>;
  /** The same as in the ledger when the master has it already. */
  digest: PublicationDigest;
  error?: string;
}

export interface Plan {
  folders: readonly PlannedFolder[];
  files: readonly PlannedFile[];
  /** As it is after stage 6: what the master lacks waits in its outbox. */
  ledger: Ledger;
  publications: readonly PlannedPublication[];
}

export interface PlannedPromise {
  name: string;
  /** Its code: a module of `slapos_mail_promise`, which the release has in `promise/`. */
  module: string;
  config: Readonly<Record<string, string>>;
}
