// Made from schemas/ by `npm run generate`. Do not edit.

/**
 * What the requester of a mail server gets back.
 */
export interface DefaultOutput {
  /**
   * IMAP; STARTTLS is required before login.
   */
  'imap-port': string;
  /**
   * IMAP with TLS from the start.
   */
  'imaps-port': string;
  /**
   * Submission and reception; STARTTLS is required.
   */
  'smtp-port': string;
  /**
   * ManageSieve, for users' own filters; STARTTLS is required.
   */
  'sieve-port'?: string;
  /**
   * The address that all of these ports are on.
   */
  'imap-smtp-ipv6': string;
  /**
   * The account portal's address.
   */
  'webmail-url': string;
  /**
   * The list of accounts, for the user `admin`.
   */
  'webmail-admin-url'?: string;
  /**
   * Password of the user `admin`.
   */
  'webmail-admin-password'?: string;
  /**
   * Where people set and change their passwords.
   */
  'password-url': string;
  /**
   * Address of the monitor server.
   */
  'monitor-base-url'?: string;
  /**
   * Link that adds this instance to the monitoring panel.
   */
  'monitor-setup-url'?: string;
  /**
   * The name that the station's DNS gave, when request-dns is on.
   */
  domain?: string;
  /**
   * Reference of each accepted shared instance, with its address and state.
   */
  slaves: {
    [k: string]: {
      /**
       * The account's or alias' address.
       */
      address: string;
      /**
       * Whether a password has been set, whether the account is suspended; `alias` for an alias.
       */
      state: 'waiting-for-password' | 'active' | 'suspended' | 'alias';
    };
  };
  /**
   * Reference of each refused shared instance, with its address and the reason.
   */
  'error-dict': {
    [k: string]: {
      /**
       * The address as it was requested.
       */
      address?: string;
      /**
       * Why it was refused.
       */
      error: string;
    };
  };
}
