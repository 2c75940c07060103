/** `etc/portal.json`: where the portal listens and what its pages tell. No secrets: those stay in the ledger. Pure. */
import {
  absolutePath,
  filledText,
  listOf,
  nullable,
  objectOf,
  parseJson,
  partOf,
  port,
  serialiseJson,
} from '../kit/json-codec.ts';
import type { MessageSize } from '../../names/message-size.ts';

export interface PortalConfig {
  /** Absolute path of the partition. */
  partition: string;
  /** Absolute path of a unix socket. */
  socket: string;
  /** Absolute path of the log. */
  log: string;
  /** Of every page. */
  title: string;
  /** Base URL of the monitor's virtual host, whose root is `/monitor/` here. */
  monitorUrl: string;
  /** What the pages for accounts tell; null: there are none, the monitor is all that is served. */
  accounts: AccountPages | null;
}

export interface AccountPages {
  webmailUrl: string;
  mailDomains: readonly string[];
  services: Readonly<Partial<Record<MailService, Endpoint>>>;
  /** The largest one that is taken. */
  messageSize: MessageSize;
}

/** Services that the pages know how to explain, in the order in which they are listed. */
export const mailServices = ['imaps', 'imap', 'smtps', 'smtp', 'sieve'] as const;
export type MailService = (typeof mailServices)[number];

export interface Endpoint {
  host: string;
  port: number;
}

const endpoint = objectOf<Endpoint>({ host: filledText, port });

const codec = objectOf<PortalConfig>({
  partition: absolutePath,
  socket: absolutePath,
  log: absolutePath,
  title: filledText,
  monitorUrl: filledText,
  accounts: nullable(
    objectOf<AccountPages>({
      webmailUrl: filledText,
      mailDomains: listOf(filledText),
      messageSize: objectOf<MessageSize>({ message: filledText, attachments: filledText }),
      services: partOf<Record<MailService, Endpoint>>({
        imaps: endpoint,
        imap: endpoint,
        smtps: endpoint,
        smtp: endpoint,
        sieve: endpoint,
      }),
    }),
  ),
});

export const serialisePortalConfig = (config: PortalConfig): string => serialiseJson(config, codec);
/** Throws OperatorError with the file's path, the JSON pointer and the reason. */
export const parsePortalConfig = (text: string, path: string): PortalConfig => parseJson(text, path, codec);
