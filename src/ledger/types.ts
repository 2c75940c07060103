/**
 * The ledger: what an instance must remember, as plain text under `srv/ledger/current` (docs/ledger.md).
 * From it and the master's parameters everything else in a partition can be made again, except mail.
 */
import type { PasswordSpelling } from '../formats/password-spellings.ts';
import type { PublicationDigest } from './publication-digest.ts';

/**
 * Who holds an address: `shared:<reference>` for a shared instance, `builtin:<name>` for an account that the instance
 * makes for itself. The prefix tells the two apart whatever the reference is.
 */
export type Holder = `shared:${string}` | `builtin:${string}`;

/** How much one account may send; 0: no limit. */
export interface SendingLimits {
  messagesPerHour: number;
  messagesPerDay: number;
  recipientsPerHour: number;
  recipientsPerDay: number;
}

/** What the request of an account asks for beside its address. */
export interface AccountSettings {
  /** `send-only`: mail to it is refused. `receive-only`: it sends nothing. */
  mode: 'normal' | 'send-only' | 'receive-only';
  /** If not `no`, nobody may log in; mail is kept, or refused. */
  suspended: 'no' | 'keep-mail' | 'refuse-mail';
  /** MiB; null for the instance's limit. */
  mailboxSizeLimit: number | null;
  /** Limits that differ from the instance's; null if none does. */
  sendingLimits: Partial<SendingLimits> | null;
}

/** The defaults. */
export const usualSettings: AccountSettings = {
  mode: 'normal',
  suspended: 'no',
  mailboxSizeLimit: null,
  sendingLimits: null,
};

/** One address and one holder, present or past. Mail belongs to both, so a new holder never sees an earlier one's. */
export interface AccountRecord {
  /** Lower case. */
  address: string;
  holder: Holder;
  /** `released`: the request vanished; password and mail are kept in case it comes back. */
  state: 'held' | 'released';
  /** `{BLF-CRYPT}$2b$…`; null until a password is set. */
  password: string | null;
  /** Hashes of the same password as some mail programs send it. */
  spellings: readonly PasswordSpelling[];
  /** Hash of the token with which a password may be set once; null if there is none. */
  token: string | null;
  /** Hash of the last `reset-token` parameter acted upon. */
  resetToken: string | null;
  /** Folder of the mail, relative to `srv/mail`. */
  mailbox: string;
  /** As last accepted. */
  settings: AccountSettings;
  /**
   * The destinations to which mail is forwarded, as last accepted. The account's own address comes first if its mailbox
   * keeps a copy. Empty if nothing is forwarded, as for a released account.
   */
  forward: readonly string[];
}

/** An address without a mailbox: an alias, an account's other address, or (`@domain`) the catch-all of a domain. */
export interface AliasRecord {
  /** Lower case. */
  address: string;
  /** Of an account's other address: the holder of the account. */
  holder: Holder;
  /** As last accepted, in their order; empty if none ever were. Of an account's other address: the account. */
  destinations: readonly string[];
}

export interface PortRecord {
  port: number;
  /** Whether the service listens on the partition's IPv4 too. */
  ipv4: boolean;
}

export interface RequestRecord {
  softwareUrl: string;
  softwareType: string;
  shared: boolean;
}

/** The mail server of a relayed domain, and how it authenticates. */
export interface Backend {
  /** Address in its canonical spelling. */
  host: string;
  port: number;
  authentication: 'none' | 'password' | 'fingerprint';
  /** Upper case. */
  fingerprints: readonly string[];
}

/** A relayed domain and who holds it. */
export interface DomainRecord {
  /** Lower case. */
  domain: string;
  /** The shared instance's reference. */
  reference: string;
  /** The password of the domain's mail server; null until it asks to authenticate by password, then kept for ever. */
  password: string | null;
  /** Whether the domain was verified when DNS could last be asked. */
  verified: boolean;
  /** As in the last valid request: the domain of a request that becomes invalid is relayed as before. */
  backend: Backend;
}

export interface Ledger {
  accounts: readonly AccountRecord[];
  aliases: readonly AliasRecord[];
  /** Of a relay cluster. */
  domains: readonly DomainRecord[];
  /** Service name → its port. */
  ports: Readonly<Record<string, PortRecord>>;
  /** Name → random password (promise account, administration page, monitor). */
  secrets: Readonly<Record<string, string>>;
  /** Name → instance that this one requested and has not destroyed, with what it takes to do so. */
  requested: Readonly<Record<string, RequestRecord>>;
  /** Name of a requested instance → the last connection parameters that it answered. May hold passwords. */
  answers: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Publication target (`''` for the instance, else a reference) → digest of what the master has. */
  published: Readonly<Record<string, PublicationDigest>>;
  /** Publication target → what the master has not received yet. May contain tokens. */
  outbox: Readonly<Record<string, Publication>>;
}

export interface Publication {
  parameters: Readonly<Record<string, unknown>>;
  /** Compared with the one in `published`. */
  digest: PublicationDigest;
  /** Reported as the shared instance's error as well, when it was refused. */
  error?: string;
  /** How often the master refused it so far; absent when it never did. */
  refusals?: number;
}

export const emptyLedger: Ledger = {
  accounts: [],
  aliases: [],
  domains: [],
  ports: {},
  secrets: {},
  requested: {},
  answers: {},
  published: {},
  outbox: {},
};
