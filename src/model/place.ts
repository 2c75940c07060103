/** Where an instance runs: facts of the node and the partition, found out before the pure stages. */
import type { PortRecord } from '../ledger/types.ts';

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
  /** Program name of the stack layer → absolute path. */
  programs: Readonly<Record<string, string>>;
  /** Fact name of the stack layer → value, such as the type of Postfix's lookup tables. */
  stackFacts: Readonly<Record<string, string>>;
  buildout: { eggsDirectory: string; developEggsDirectory: string };
  certificates: Fingerprints;
  /** Service name → port in use. */
  ports: Readonly<Record<string, PortRecord>>;
}

/** How this partition reaches its master; the two files are empty where the master asks for no certificate. */
export interface Connection {
  serverUrl: string;
  computerId: string;
  partitionId: string;
  softwareUrl: string;
  keyFile: string;
  certificateFile: string;
}

/** SHA-256 fingerprints (`AA:BB:…`) of a certificate pair. */
export interface Fingerprints {
  current: string;
  next: string;
  /** Private key and certificate, PEM: the current pair. */
  bundle: string;
}

/** Canonical port of the monitor, which every instance has (contract 2.5, 6). */
export const monitorPorts = { monitor: 8196 } as const;

/** Canonical port of each service of `mail-server` (contract 2.5). */
export const mailServerPorts = {
  smtp: 10025,
  imap: 10143,
  imaps: 10993,
  sieve: 4190,
  https: 8081,
  ...monitorPorts,
  /** Asked by Dovecot alone, on the same machine. */
  'auth-policy': 10024,
} as const;

export type MailServerService = keyof typeof mailServerPorts;
