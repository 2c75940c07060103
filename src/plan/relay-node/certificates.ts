/** Certificates of a node. Paths are relative to the partition. */
import { identity } from '../../model/relay-node/needs.ts';

/** The node's own pair, served inbound as well unless a custom one is given. */
export const certificate = {
  name: identity.name,
  bundle: `${identity.folder}/${identity.name}.bundle.pem`,
};

/** What the inbound service shows: a copy of the node's own, or the one that was given. */
export const inboundBundle = 'etc/postfix/inbound/ssl/postfix-inbound.bundle.pem';
