// Made from schemas/ by `npm run generate`. Do not edit.

/**
 * What the requester of one mail account may write.
 */
export interface AccountInputWritten {
  /**
   * What is requested.
   */
  kind?: 'account';
  /**
   * The account's mail address. While its domain is not one of the server's, people may log in, and mail flows once it is. Letter case does not matter.
   */
  address: string;
  /**
   * A new value locks the account until a password is set with this token. The same value again, or none, changes nothing.
   */
  'reset-token'?: string;
  /**
   * Other addresses of the account, in the server's domains. Mail to them reaches the account, which may send as them.
   *
   * @maxItems 100
   */
  aliases?: string[];
  /**
   * Sends the account's mail on.
   */
  forward?: {
    /**
     * Where the mail goes: mailboxes and aliases of this server, and, where the server's `forwarding` allows it, addresses of other servers.
     *
     * @minItems 1
     * @maxItems 100
     */
    destinations: [string, ...string[]];
    /**
     * Whether the mailbox gets the mail as well.
     */
    'keep-copy'?: boolean;
  };
  /**
   * `send-only`: mail to it is refused. `receive-only`: it may read mail and send none.
   */
  mode?: 'normal' | 'send-only' | 'receive-only';
  /**
   * Nobody logs in while it is suspended; mail is kept for later, or refused. The password stays.
   */
  suspended?: 'no' | 'keep-mail' | 'refuse-mail';
  /**
   * Quota of this mailbox, in MiB; the server's when absent, and no more than that unless the server allows more.
   */
  'mailbox-size-limit'?: number;
  /**
   * What this account may send: less than the server allows every account, or more where the server allows that too. What is absent is as for every account.
   */
  'sending-limits'?: {
    /**
     * Messages that the account may send within an hour; 0 is no limit.
     */
    'messages-per-hour'?: number;
    /**
     * Messages that the account may send within 24 hours; 0 is no limit.
     */
    'messages-per-day'?: number;
    /**
     * Recipients that the account may write to within an hour, each counted for each message; 0 is no limit.
     */
    'recipients-per-hour'?: number;
    /**
     * Recipients that the account may write to within 24 hours; 0 is no limit.
     */
    'recipients-per-day'?: number;
  };
}

/**
 * What the requester of one mail account may write.
 */
export interface AccountInput {
  /**
   * What is requested.
   */
  kind: 'account';
  /**
   * The account's mail address. While its domain is not one of the server's, people may log in, and mail flows once it is. Letter case does not matter.
   */
  address: string;
  /**
   * A new value locks the account until a password is set with this token. The same value again, or none, changes nothing.
   */
  'reset-token'?: string;
  /**
   * Other addresses of the account, in the server's domains. Mail to them reaches the account, which may send as them.
   *
   * @maxItems 100
   */
  aliases: string[];
  /**
   * Sends the account's mail on.
   */
  forward?: {
    /**
     * Where the mail goes: mailboxes and aliases of this server, and, where the server's `forwarding` allows it, addresses of other servers.
     *
     * @minItems 1
     * @maxItems 100
     */
    destinations: [string, ...string[]];
    /**
     * Whether the mailbox gets the mail as well.
     */
    'keep-copy': boolean;
  };
  /**
   * `send-only`: mail to it is refused. `receive-only`: it may read mail and send none.
   */
  mode: 'normal' | 'send-only' | 'receive-only';
  /**
   * Nobody logs in while it is suspended; mail is kept for later, or refused. The password stays.
   */
  suspended: 'no' | 'keep-mail' | 'refuse-mail';
  /**
   * Quota of this mailbox, in MiB; the server's when absent, and no more than that unless the server allows more.
   */
  'mailbox-size-limit'?: number;
  /**
   * What this account may send: less than the server allows every account, or more where the server allows that too. What is absent is as for every account.
   */
  'sending-limits'?: {
    /**
     * Messages that the account may send within an hour; 0 is no limit.
     */
    'messages-per-hour'?: number;
    /**
     * Messages that the account may send within 24 hours; 0 is no limit.
     */
    'messages-per-day'?: number;
    /**
     * Recipients that the account may write to within an hour, each counted for each message; 0 is no limit.
     */
    'recipients-per-hour'?: number;
    /**
     * Recipients that the account may write to within 24 hours; 0 is no limit.
     */
    'recipients-per-day'?: number;
  };
}
