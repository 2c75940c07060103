/** The certificate pair that all services of a mail server show. Pure. */
import { identity } from '../../model/mail-server/needs.ts';

/** `bundle` is relative to the partition. */
export const certificate = {
  name: identity.name,
  bundle: `${identity.folder}/${identity.name}.bundle.pem`,
};
