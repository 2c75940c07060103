// Made from schemas/ by `npm run generate`. Do not edit.

/**
 * What the requester of one relayed domain may write.
 */
export interface DomainInputWritten {
  /**
   * The mail domain. Letter case and a dot at the end do not matter.
   */
  name: string;
  /**
   * IPv4 or IPv6 address of the server that has the mailboxes.
   */
  'mail-server-host': {
    [k: string]: unknown;
  } & string;
  /**
   * Its SMTP port.
   */
  'mail-server-port'?: number;
  /**
   * How the mail server shows who it is: by address (`none`), by name and password, or by client certificate.
   */
  authentication?: 'none' | 'password' | 'fingerprint';
  /**
   * SHA-256 fingerprints (AA:BB:…) of the mail server's certificates; needed with `fingerprint`.
   *
   * @minItems 1
   * @maxItems 5
   */
  fingerprints?:
    | [string]
    | [string, string]
    | [string, string, string]
    | [string, string, string, string]
    | [string, string, string, string, string];
}

/**
 * What the requester of one relayed domain may write.
 */
export interface DomainInput {
  /**
   * The mail domain. Letter case and a dot at the end do not matter.
   */
  name: string;
  /**
   * IPv4 or IPv6 address of the server that has the mailboxes.
   */
  'mail-server-host': {
    [k: string]: unknown;
  } & string;
  /**
   * Its SMTP port.
   */
  'mail-server-port': number;
  /**
   * How the mail server shows who it is: by address (`none`), by name and password, or by client certificate.
   */
  authentication: 'none' | 'password' | 'fingerprint';
  /**
   * SHA-256 fingerprints (AA:BB:…) of the mail server's certificates; needed with `fingerprint`.
   *
   * @minItems 1
   * @maxItems 5
   */
  fingerprints?:
    | [string]
    | [string, string]
    | [string, string, string]
    | [string, string, string, string]
    | [string, string, string, string, string];
}
