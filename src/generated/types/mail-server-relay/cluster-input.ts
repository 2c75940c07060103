// Made from schemas/ by `npm run generate`. Do not edit.

/**
 * What the requester of a relay cluster may write.
 */
export interface ClusterInputWritten {
  /**
   * The nodes, each under its name.
   */
  topology: {
    /**
     * One node of the cluster.
     */
    [k: string]: {
      /**
       * The node's host name: greetings, HELO, notices, certificate and MX target; fully qualified, or other servers may refuse what it sends.
       */
      fqdn?: string;
      /**
       * Where the node is to be, such as `computer_guid`.
       */
      sla?: {
        [k: string]: string;
      };
      /**
       * Software release of the node; the cluster's own without it.
       */
      'sr-url'?: string;
      /**
       * Software type of the node.
       */
      'software-type'?: string;
      /**
       * State of the node.
       */
      state?: 'started' | 'stopped' | 'destroyed';
      /**
       * Replaces default-relay-config, key by key.
       */
      config?: {
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
      };
      /**
       * PEM private key followed by the certificate chain, served on the inbound port instead of the self-signed certificate.
       */
      'custom-inbound-certificate'?: string;
    };
  };
  /**
   * Configuration of every node that has none of its own.
   */
  'default-relay-config'?: {
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
  };
  /**
   * Address of whoever runs this relay: gets mail to `postmaster` of each node, and to `postmaster` and `abuse` of its host name. Without it, such mail is refused.
   */
  postmaster?: string;
  /**
   * One name that points to all nodes; handed out as outbound-host.
   */
  'relay-domain'?: string;
}

/**
 * What the requester of a relay cluster may write.
 */
export interface ClusterInput {
  /**
   * The nodes, each under its name.
   */
  topology: {
    /**
     * One node of the cluster.
     */
    [k: string]: {
      /**
       * The node's host name: greetings, HELO, notices, certificate and MX target; fully qualified, or other servers may refuse what it sends.
       */
      fqdn?: string;
      /**
       * Where the node is to be, such as `computer_guid`.
       */
      sla: {
        [k: string]: string;
      };
      /**
       * Software release of the node; the cluster's own without it.
       */
      'sr-url'?: string;
      /**
       * Software type of the node.
       */
      'software-type': string;
      /**
       * State of the node.
       */
      state: 'started' | 'stopped' | 'destroyed';
      /**
       * Replaces default-relay-config, key by key.
       */
      config?: {
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
      };
      /**
       * PEM private key followed by the certificate chain, served on the inbound port instead of the self-signed certificate.
       */
      'custom-inbound-certificate'?: string;
    };
  };
  /**
   * Configuration of every node that has none of its own.
   */
  'default-relay-config': {
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
  };
  /**
   * Address of whoever runs this relay: gets mail to `postmaster` of each node, and to `postmaster` and `abuse` of its host name. Without it, such mail is refused.
   */
  postmaster?: string;
  /**
   * One name that points to all nodes; handed out as outbound-host.
   */
  'relay-domain'?: string;
}
