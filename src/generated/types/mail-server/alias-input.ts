// Made from schemas/ by `npm run generate`. Do not edit.

/**
 * What the requester of one alias may write.
 */
export interface AliasInputWritten {
  /**
   * What is requested.
   */
  kind: 'alias';
  /**
   * The alias' address; `@example.com` is the catch-all of that domain. While its domain is not one of the server's it gets no mail; it does once it is. Letter case does not matter.
   */
  address: string;
  /**
   * Where the mail goes: mailboxes and aliases of this server, and, where the server's `forwarding` allows it, addresses of other servers.
   *
   * @minItems 1
   * @maxItems 100
   */
  destinations: [string, ...string[]];
}

/**
 * What the requester of one alias may write.
 */
export interface AliasInput {
  /**
   * What is requested.
   */
  kind: 'alias';
  /**
   * The alias' address; `@example.com` is the catch-all of that domain. While its domain is not one of the server's it gets no mail; it does once it is. Letter case does not matter.
   */
  address: string;
  /**
   * Where the mail goes: mailboxes and aliases of this server, and, where the server's `forwarding` allows it, addresses of other servers.
   *
   * @minItems 1
   * @maxItems 100
   */
  destinations: [string, ...string[]];
}
