// Made from schemas/ by `npm run generate`. Do not edit.

/**
 * What the requester of one relayed domain gets back.
 */
export interface DomainOutput {
  /**
   * MX records to set, one a line.
   */
  'dns-entries'?: string;
  /**
   * TXT record that lets the cluster send for the domain.
   */
  'spf-entry'?: string;
  /**
   * SHA-256 fingerprints of the certificates, current and next.
   */
  'tls-fingerprints'?: string[];
  /**
   * Where the mail server sends its mail to.
   */
  'outbound-host'?: string;
  /**
   * Addresses of all nodes that take mail at the published port. A mail server tries outbound-host first, then these in turn, and gives mail to none without one of the published fingerprints.
   */
  'outbound-hosts'?: string[];
  /**
   * Its port.
   */
  'outbound-smtp-port'?: string;
  /**
   * Whether mail of this domain to the world leaves through a delivery service.
   */
  'outbound-has-proxy'?: boolean;
  /**
   * Name to log in with, for password authentication.
   */
  'outbound-user'?: string;
  /**
   * Password to log in with.
   */
  'outbound-password'?: string;
  /**
   * TXT record that proves the domain to be yours when others claim it too.
   */
  'verification-entry'?: string;
  /**
   * The domain, when it was refused.
   */
  domain?: string;
  /**
   * Why it was refused.
   */
  error?: string;
}
