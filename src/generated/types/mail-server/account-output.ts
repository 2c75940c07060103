// Made from schemas/ by `npm run generate`. Do not edit.

/**
 * What the requester of one mail account gets back.
 */
export interface AccountOutput {
  /**
   * The account's address.
   */
  address: string;
  /**
   * Sets a password once. Empty when there is none to use.
   */
  token?: string;
  /**
   * The page where the token sets the password.
   */
  'setup-url'?: string;
  /**
   * The addresses that the account may send as, its own first.
   */
  addresses?: string[];
  /**
   * Aliases of the account that were refused, with the reason.
   */
  'refused-aliases'?: {
    [k: string]: string;
  };
  /**
   * Why the forward was refused; the one before stays.
   */
  'refused-forward'?: string;
  /**
   * Why the request was refused.
   */
  error?: string;
}
