// Made from schemas/ by `npm run generate`. Do not edit.

/**
 * What the requester of a relay cluster gets back.
 */
export interface ClusterOutput {
  /**
   * IPv6 addresses of the nodes in use, ordered by the nodes' names.
   */
  'relay-hosts'?: string[];
  /**
   * Accepted domains, one a line.
   */
  'backend-domains'?: string;
  /**
   * What is wrong with the parameters, one sentence each.
   */
  errors?: string[];
  /**
   * Address of the monitor server.
   */
  'monitor-base-url'?: string;
  /**
   * Link that adds this instance to the monitoring panel.
   */
  'monitor-setup-url'?: string;
}
