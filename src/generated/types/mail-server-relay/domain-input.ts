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
   * SHA-256 fingerprints (AA:BB:…) of the mail server's certificates or of their public keys; needed with `fingerprint`.
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
  /**
   * What the mail server has applied of the relay's answer. Nodes replace their certificates only when the mail servers that say this trust the next one.
   */
  applied?: {
    /**
     * Fingerprints of nodes' certificates that it trusts.
     *
     * @maxItems 1000
     */
    fingerprints: string[];
  };
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
   * SHA-256 fingerprints (AA:BB:…) of the mail server's certificates or of their public keys; needed with `fingerprint`.
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
  /**
   * What the mail server has applied of the relay's answer. Nodes replace their certificates only when the mail servers that say this trust the next one.
   */
  applied?: {
    /**
     * Fingerprints of nodes' certificates that it trusts.
     *
     * @maxItems 1000
     */
    fingerprints: string[];
  };
}
