/** The two Postfix of a node, and where each has its files. */
import type { Postfix } from '../postfix-service.ts';

/** From the world to mail servers; from mail servers to each other and to the world. */
export type RelayService = 'inbound' | 'outbound';

export const inboundPostfix = postfixOf('inbound');
export const outboundPostfix = postfixOf('outbound');

function postfixOf(service: RelayService): Postfix {
  return {
    service: `${service}-postfix`,
    configuration: `etc/postfix/${service}`,
    queue: `var/spool/${service}`,
    data: `var/lib/postfix-${service}`,
    log: `var/log/${service}-postfix.log`,
  };
}
