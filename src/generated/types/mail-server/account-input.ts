// Made from schemas/ by `npm run generate`. Do not edit.

/**
 * What the requester of one mail account may write.
 */
export interface AccountInputWritten {
  /**
   * The account's mail address, in one of the server's domains. Letter case does not matter.
   */
  address: string;
  /**
   * A new value locks the account until a password is set with this token. The same value again, or none, changes nothing.
   */
  'reset-token'?: string;
  /**
   * What this account may send. What is absent is as the server has it for every account.
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
   * The account's mail address, in one of the server's domains. Letter case does not matter.
   */
  address: string;
  /**
   * A new value locks the account until a password is set with this token. The same value again, or none, changes nothing.
   */
  'reset-token'?: string;
  /**
   * What this account may send. What is absent is as the server has it for every account.
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
