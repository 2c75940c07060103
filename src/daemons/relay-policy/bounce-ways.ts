/** The way of a bounce of mail from the world, as Postfix asks for it in a lookup table. */
import type { Lookup } from '../kit/socketmap.ts';
import type { TenantIndex } from './tenant-index.ts';

/** Name of the map: domain that the mail was for → action of body_checks(5). */
const bounceWay = 'bounce-way';

/** It leaves by the delivery service of that domain; where there is none, Postfix sends it to an MX of its addressee. */
export function bounceWays(current: () => Promise<TenantIndex>): Lookup {
  return async (map, domain) => {
    if (map !== bounceWay) throw new Error(`no map is called ${JSON.stringify(map)}`);
    const { byDomain } = await current();
    const tenant = byDomain.get(domain.toLowerCase().replace(/\.$/, ''));
    return tenant?.delivery == null ? null : `FILTER ${tenant.delivery}`;
  };
}
