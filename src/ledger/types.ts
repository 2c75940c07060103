/**
 * The ledger: what an instance must remember, as plain text under `srv/ledger/current` (docs/ledger.md).
 * Everything else in a partition can be made again from the ledger and the master's parameters; only mail cannot.
 */

/**
 * Who holds an address: `shared:<reference>` for a shared instance, `builtin:<name>` for an account of our own.
 * The prefix keeps a reference that looks like one of ours apart from it.
 */
export type Holder = `shared:${string}` | `builtin:${string}`;

/** What one account may send within a time; 0 is no limit. */
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
  /** Not `no`: nobody logs in; mail is kept, or refused. */
  suspended: 'no' | 'keep-mail' | 'refuse-mail';
  /** MiB; null: the instance's. */
  mailboxSizeLimit: number | null;
  /** Where the account differs from the instance's; null where it does not. */
  sendingLimits: Partial<SendingLimits> | null;
}

/** Those of a request that says nothing. */
export const usualSettings: AccountSettings = {
  mode: 'normal',
  suspended: 'no',
  mailboxSizeLimit: null,
  sendingLimits: null,
};

/** Where an account's mail is sent on. */
export interface Forward {
  /** Addresses, at least one, each once. */
  destinations: readonly string[];
  /** Whether the mailbox gets it as well. */
  keepCopy: boolean;
}

/** One address and one holder, present or past. Mail belongs to the pair, so a new holder never sees the old one's. */
export interface AccountRecord {
  /** Lower case. */
  address: string;
  holder: Holder;
  /** `held`: it is this holder's. `released`: its request vanished; password and mail wait for its return. */
  state: 'held' | 'released';
  /** `{BLF-CRYPT}$2b$…`; null until a password is set. */
  password: string | null;
  /** Hash of the token that may set a password once; null when there is none. */
  token: string | null;
  /** Hash of the last `reset-token` parameter acted upon. */
  resetToken: string | null;
  /** Folder of the mail, relative to `srv/mail`. */
  mailbox: string;
  /** As last accepted. */
  settings: AccountSettings;
  /** As last accepted; null when there is none. A released account has none. */
  forward: Forward | null;
}

/** An address without a mailbox: an alias, an account's other address, or (`@domain`) the catch-all of a domain. */
export interface AliasRecord {
  /** Lower case. */
  address: string;
  /** Of an account's other address: the holder of the account. */
  holder: Holder;
  /** As last accepted, in their order; none when nothing ever was. Of an account's other address: the account. */
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

/** The mail server of a relayed domain, and how it shows who it is. */
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
  /** What the domain's mail server logs in with, once it asked for that; kept for good. */
  password: string | null;
  /** Whether DNS proved it the last time it could be asked. */
  verified: boolean;
  /** Of the last valid request: a request that turns invalid is relayed as before. */
  backend: Backend;
}

export interface Ledger {
  accounts: readonly AccountRecord[];
  aliases: readonly AliasRecord[];
  /** Of a relay cluster. */
  domains: readonly DomainRecord[];
  /** Service name → its port. */
  ports: Readonly<Record<string, PortRecord>>;
  /** Name → random password of ours (promise account, administration page, monitor). */
  secrets: Readonly<Record<string, string>>;
  /** Names of the instances that this one requested and has not given back, with what it takes to do so. */
  requested: Readonly<Record<string, RequestRecord>>;
  /** Name of a requested instance → the last connection parameters that it answered. May hold passwords. */
  answers: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Publication target (`''` for the instance, else a reference) → digest of what the master has. */
  published: Readonly<Record<string, string>>;
  /** Publication target → what the master has not received yet. May hold tokens. */
  outbox: Readonly<Record<string, Publication>>;
}

export interface Publication {
  parameters: Readonly<Record<string, unknown>>;
  /** Identity of the parameters without secrets in clear, compared with `published`. */
  digest: string;
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
