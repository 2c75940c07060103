// Made from schemas/ by `npm run generate`. Do not edit.

/**
 * What the requester of one alias gets back.
 */
export interface AliasOutput {
  /**
   * The alias' address.
   */
  address: string;
  /**
   * Where the mail goes, as accepted.
   */
  destinations?: string[];
  /**
   * Destinations of this server that do not exist. They work as soon as they do.
   */
  'missing-destinations'?: string[];
  /**
   * Why the request was refused, or why nobody gets the mail.
   */
  error?: string;
}
