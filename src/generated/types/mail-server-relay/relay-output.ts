// Made from schemas/ by `npm run generate`. Do not edit.

/**
 * What one node publishes to its cluster.
 */
export interface RelayOutput {
  /**
   * Port for mail from the world.
   */
  'smtp-port'?: string;
  /**
   * Port for mail from backends.
   */
  'submission-port'?: string;
  /**
   * Address of both.
   */
  'smtp-ipv6'?: string;
  /**
   * SHA-256 fingerprints of the certificates, current and next.
   */
  'tls-fingerprints'?: string[];
  /**
   * MX records that point to this node, one a line.
   */
  'dns-entries'?: string;
  /**
   * Address of the monitor server.
   */
  'monitor-base-url'?: string;
  /**
   * Link that adds this instance to the monitoring panel.
   */
  'monitor-setup-url'?: string;
}
