/** `etc/mail-policy.json`: what a mail server's policy process limits, and where it is asked. Pure. */
import type { SendingLimits } from '../../ledger/types.ts';
import {
  absolutePath,
  amount,
  filledText,
  flag,
  listOf,
  mapOf,
  objectOf,
  parseJson,
  partOf,
  serialiseJson,
  text,
} from '../kit/json-codec.ts';
import { type LogInConfig, logInCodecs } from '../kit/log-in-config.ts';

/** Whoever has no password in `users` may not send, unless any password is good. */
export interface MailPolicyConfig extends LogInConfig {
  /** Unix socket of Postfix' policy protocol: sending limits, full mailboxes. */
  sendingSocket: string;
  /** Unix socket of the milter protocol: whose name submitted messages bear. */
  authorSocket: string;
  /** Unix socket on which Postfix looks rewritten senders up, and programs ask what filter scripts may send. */
  srsSocket: string;
  /** Unix socket of the milter protocol: which notices of delay are sent. */
  noticeSocket: string;
  /** Keeps what must outlive the process. */
  stateFolder: string;
  sendingLimits: SendingLimits;
  /** Account → where it differs. */
  sendingExceptions: ReadonlyMap<string, Partial<SendingLimits>>;
  anyPassword: boolean;
  /** Accounts whose filter scripts send nothing either. */
  receiveOnly: readonly string[];
  /**
   * `senderLogins`: source of Postfix' table, which says who may send as what. `exempt`: accounts whose From header may be
   * anything. `delimiter`: as below.
   */
  authors: { senderLogins: string; exempt: readonly string[]; delimiter: string };
  /** Names that people may log in with beside their account's: Dovecot's passwd-file. */
  logInNames: string;
  /**
   * `hosted`: domains whose senders are not rewritten; `domain`, one of them, is that of the addresses that are made.
   * `keptSenders`: folder of what does not fit into addresses.
   */
  srs: { secret: string; domain: string; hosted: readonly string[]; keptSenders: string };
  /**
   * `recipients`: source of Postfix' table, which says where each address ends. `socket`: Dovecot's, which is asked whether
   * a mailbox is full. `delimiter`: what separates a name from a tag; empty where nothing does.
   */
  quota: { recipients: string; socket: string; delimiter: string };
}

/** In the state folder: who was refused because of sending limits, for the operator's promise. */
export const refusalsFile = 'sending-refusals.json';

/** Name of the lookup table, on the socket for senders, by which `libexec/script-sendmail` asks. */
export const scriptMap = 'script-mail';

const sendingLimits = {
  messagesPerHour: amount,
  messagesPerDay: amount,
  recipientsPerHour: amount,
  recipientsPerDay: amount,
};

const codec = objectOf<MailPolicyConfig>({
  sendingSocket: absolutePath,
  authorSocket: absolutePath,
  srsSocket: absolutePath,
  noticeSocket: absolutePath,
  stateFolder: absolutePath,
  ...logInCodecs,
  sendingLimits: objectOf<SendingLimits>(sendingLimits),
  sendingExceptions: mapOf(partOf<SendingLimits>(sendingLimits)),
  anyPassword: flag,
  receiveOnly: listOf(filledText),
  authors: objectOf<MailPolicyConfig['authors']>({
    senderLogins: absolutePath,
    exempt: listOf(filledText),
    delimiter: text,
  }),
  logInNames: absolutePath,
  srs: objectOf<MailPolicyConfig['srs']>({
    secret: filledText,
    domain: filledText,
    hosted: listOf(filledText),
    keptSenders: absolutePath,
  }),
  quota: objectOf<MailPolicyConfig['quota']>({
    recipients: absolutePath,
    socket: absolutePath,
    delimiter: text,
  }),
});

export const serialiseMailPolicyConfig = (config: MailPolicyConfig): string => serialiseJson(config, codec);
/** Throws OperatorError with the file's path, the JSON pointer and the reason. */
export const parseMailPolicyConfig = (content: string, path: string): MailPolicyConfig =>
  parseJson(content, path, codec);
