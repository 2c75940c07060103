/** Certificates of a node. Paths are relative to the partition. */

/** The node's own pair, served inbound as well unless a custom one is given. */
export const certificate = {
  folder: 'etc/postfix/ssl',
  name: 'postfix',
  bundle: 'etc/postfix/ssl/postfix.bundle.pem',
} as const;

/** What the inbound service shows: a copy of the node's own, or the one that was given. */
export const inboundBundle = 'etc/postfix/inbound/ssl/postfix-inbound.bundle.pem';
