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
}
