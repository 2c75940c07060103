// Made from schemas/ by `npm run generate`. Do not edit.

/**
 * What the cluster requests of one node.
 */
export interface RelayInputWritten {
  /**
   * Third-party delivery services, each under an id of its own.
   */
  'proxy-map'?: {
    /**
     * A third-party service that delivers mail for some domains.
     */
    [k: string]: {
      /**
       * Host name or address of the service.
       */
      host: string;
      /**
       * Its port.
       */
      port?: number;
      /**
       * Whether TLS begins with the first byte of the connection, not after STARTTLS; when absent, on port 465 only.
       */
      'implicit-tls'?: boolean;
      /**
       * Name to log in with; TLS is then mandatory.
       */
      user?: string;
      /**
       * Password to log in with.
       */
      password?: string;
      /**
       * Sender domains whose mail to the world leaves through this service.
       *
       * Items: Text without control characters, one character long at least and 1000 at most.
       */
      domains?: string[];
    };
  };
  /**
   * Whether mail is also refused where the SPF record of the HELO name or of the sender's domain says softfail (`~all`), which asks for less than a refusal. Fail (`-all`) is always refused, neutral (`?all`) never.
   */
  'refuse-spf-softfail'?: boolean;
  /**
   * First attempts of unknown senders are put off.
   */
  greylisting?: {
    /**
     * Whether it is on.
     */
    enable?: boolean;
    /**
     * Seconds until a new sender may try again with success; 0 is one second.
     */
    'greylisting-delay'?: number;
    /**
     * Clients that are never put off: a host or domain with all below it, one with `*` (`*.example.com`), an address, a network (`192.0.2.0/24`), or a regular expression between slashes.
     *
     * Items: Text without control characters, one character long at least and 1000 at most.
     */
    'whitelist-clients'?: string[];
    /**
     * Recipients whose mail is never put off: an address (`alice@example.com`, `alice@`), one with `*`, a domain with all below it, or a regular expression between slashes.
     *
     * Items: Text without control characters, one character long at least and 1000 at most.
     */
    'whitelist-recipients'?: string[];
  };
  /**
   * The node's host name: greetings, HELO, notices, certificate and MX target.
   */
  fqdn?: string;
  /**
   * Name that points to all nodes of the cluster; a node without a host name of its own sends as it.
   */
  'relay-domain'?: string;
  /**
   * Address that gets mail to the postmaster of the node.
   */
  postmaster?: string;
  /**
   * Accepted domains.
   */
  'mail-domains'?: {
    /**
     * The domain, in lower case.
     */
    name: string;
    /**
     * Address of the backend.
     */
    'mail-server-host': {
      [k: string]: unknown;
    } & string;
    /**
     * Port of the backend.
     */
    'mail-server-port': number;
    /**
     * How the backend shows who it is.
     */
    authentication: 'none' | 'password' | 'fingerprint';
    /**
     * Fingerprints of the backend's certificates.
     */
    fingerprints?: string[];
    /**
     * Password of the domain.
     */
    password?: string;
    /**
     * What the node publishes once the domain is in force as it is written here.
     */
    digest?: string;
  }[];
  /**
   * Host names of all nodes.
   *
   * Items: Text without control characters, one character long at least and 1000 at most.
   */
  'cluster-fqdns'?: string[];
  /**
   * What the mail servers have applied.
   */
  applied?: {
    /**
     * Those of this node's fingerprints that all mail servers trust which say so.
     */
    fingerprints: string[];
  };
  /**
   * PEM private key followed by the certificate chain, served on the inbound port instead of the self-signed certificate.
   */
  'custom-inbound-certificate'?: string;
  /**
   * The cluster's monitor password.
   */
  'monitor-password'?: string;
}

/**
 * What the cluster requests of one node.
 */
export interface RelayInput {
  /**
   * Third-party delivery services, each under an id of its own.
   */
  'proxy-map': {
    /**
     * A third-party service that delivers mail for some domains.
     */
    [k: string]: {
      /**
       * Host name or address of the service.
       */
      host: string;
      /**
       * Its port.
       */
      port: number;
      /**
       * Whether TLS begins with the first byte of the connection, not after STARTTLS; when absent, on port 465 only.
       */
      'implicit-tls'?: boolean;
      /**
       * Name to log in with; TLS is then mandatory.
       */
      user?: string;
      /**
       * Password to log in with.
       */
      password?: string;
      /**
       * Sender domains whose mail to the world leaves through this service.
       *
       * Items: Text without control characters, one character long at least and 1000 at most.
       */
      domains: string[];
    };
  };
  /**
   * Whether mail is also refused where the SPF record of the HELO name or of the sender's domain says softfail (`~all`), which asks for less than a refusal. Fail (`-all`) is always refused, neutral (`?all`) never.
   */
  'refuse-spf-softfail': boolean;
  /**
   * First attempts of unknown senders are put off.
   */
  greylisting: {
    /**
     * Whether it is on.
     */
    enable: boolean;
    /**
     * Seconds until a new sender may try again with success; 0 is one second.
     */
    'greylisting-delay': number;
    /**
     * Clients that are never put off: a host or domain with all below it, one with `*` (`*.example.com`), an address, a network (`192.0.2.0/24`), or a regular expression between slashes.
     *
     * Items: Text without control characters, one character long at least and 1000 at most.
     */
    'whitelist-clients': string[];
    /**
     * Recipients whose mail is never put off: an address (`alice@example.com`, `alice@`), one with `*`, a domain with all below it, or a regular expression between slashes.
     *
     * Items: Text without control characters, one character long at least and 1000 at most.
     */
    'whitelist-recipients': string[];
  };
  /**
   * The node's host name: greetings, HELO, notices, certificate and MX target.
   */
  fqdn?: string;
  /**
   * Name that points to all nodes of the cluster; a node without a host name of its own sends as it.
   */
  'relay-domain'?: string;
  /**
   * Address that gets mail to the postmaster of the node.
   */
  postmaster?: string;
  /**
   * Accepted domains.
   */
  'mail-domains': {
    /**
     * The domain, in lower case.
     */
    name: string;
    /**
     * Address of the backend.
     */
    'mail-server-host': {
      [k: string]: unknown;
    } & string;
    /**
     * Port of the backend.
     */
    'mail-server-port': number;
    /**
     * How the backend shows who it is.
     */
    authentication: 'none' | 'password' | 'fingerprint';
    /**
     * Fingerprints of the backend's certificates.
     */
    fingerprints: string[];
    /**
     * Password of the domain.
     */
    password?: string;
    /**
     * What the node publishes once the domain is in force as it is written here.
     */
    digest?: string;
  }[];
  /**
   * Host names of all nodes.
   *
   * Items: Text without control characters, one character long at least and 1000 at most.
   */
  'cluster-fqdns': string[];
  /**
   * What the mail servers have applied.
   */
  applied?: {
    /**
     * Those of this node's fingerprints that all mail servers trust which say so.
     */
    fingerprints: string[];
  };
  /**
   * PEM private key followed by the certificate chain, served on the inbound port instead of the self-signed certificate.
   */
  'custom-inbound-certificate'?: string;
  /**
   * The cluster's monitor password.
   */
  'monitor-password'?: string;
}
