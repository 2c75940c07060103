/** Where an instance runs: facts about the node and the partition. */
import type { PortRecord } from '../ledger/types.ts';

/** The layer that says where programs live. */
export interface Stack {
  /** Program name → absolute path. */
  programs: Readonly<Record<string, string>>;
  /** Fact name → value, such as the type of Postfix's lookup tables. */
  facts: Readonly<Record<string, string>>;
}

export interface Place {
  /** Absolute path of the partition. */
  partition: string;
  /** Absolute path of the unpacked generator: bundle, templates, promises. */
  release: string;
  user: { name: string; group: string; uid: number; gid: number };
  ipv6: string;
  ipv4: string | null;
  /** The instance's title. */
  title: string;
  connection: Connection;
  /** Program, as named in the stack layer → absolute path. */
  programs: Readonly<Record<string, string>>;
  /** Fact, as named in the stack layer → value, such as the type of Postfix's lookup tables. */
  stackFacts: Readonly<Record<string, string>>;
  buildout: { eggsDirectory: string; developEggsDirectory: string };
  /** Service name → port in use. */
  ports: Readonly<Record<string, PortRecord>>;
}

/** How this partition reaches its master. The two files are empty if the master asks for no certificate. */
export interface Connection {
  serverUrl: string;
  computerId: string;
  partitionId: string;
  softwareUrl: string;
  keyFile: string;
  certificateFile: string;
}
