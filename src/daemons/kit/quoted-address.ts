/** Mail addresses as Postfix asks for them in lookup tables: the local part quoted where it has to be (RFC 5321, 4.1.2). */

export interface AddressParts {
  /** Without quotes. */
  local: string;
  domain: string;
}

/** An address that a client wrote, as Postfix resolves it: one dot at the end of its domain means nothing. */
export function asResolved(address: string): string {
  return address.replace(/\.$/, '');
}

const plainLocal = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;

/** Null for what is no address: a bare domain, the null sender, anything that is not ASCII. */
export function splitAddress(address: string): AddressParts | null {
  if (!/^[\x20-\x7e]+$/.test(address)) return null;
  const at = address.lastIndexOf('@');
  if (at < 1 || at === address.length - 1) return null;
  const local = address.slice(0, at);
  const quoted = /^"((?:[^"\\]|\\.)*)"$/.exec(local)?.[1];
  return { local: quoted?.replace(/\\(.)/g, '$1') ?? local, domain: address.slice(at + 1) };
}

export function joinAddress({ local, domain }: AddressParts): string {
  return `${plainLocal.test(local) ? local : `"${local.replace(/["\\]/g, '\\$&')}"`}@${domain}`;
}
