import { isIPv4, isIPv6 } from 'node:net';
import { OperatorError } from '../errors.ts';

export interface PartitionAddresses {
  readonly ipv4: string;
  readonly ipv6: string;
}

/**
 * The addresses of partition number `index`. All partitions have the same IPv4. `ipv6` is either one address for all
 * of them, or a range such as `fd00:1::/64`, in which partition 0 has the address `fd00:1::2`, as in SlapOS. Throws
 * OperatorError for addresses that are not valid and for a range that is too small.
 */
export function partitionAddresses({ ipv4, ipv6 }: PartitionAddresses, index: number): PartitionAddresses {
  if (!isIPv4(ipv4)) {
    throw new OperatorError(`IPv4 of the node: "${ipv4}" is not an address; write one such as 127.0.0.1`);
  }
  const [address = '', length] = ipv6.split('/');
  if (!isIPv6(address) || address.includes('%') || (length !== undefined && !isPrefixLength(length))) {
    throw new OperatorError(
      `IPv6 of the node: "${ipv6}" is neither an address nor a range; write one such as ::1 or fd00:1::/64`,
    );
  }
  return { ipv4, ipv6: length === undefined ? address : addressInRange(address, Number(length), index) };
}

/** By SlapOS's convention the router has address 1 of a range, so partition 0 has address 2. */
function addressInRange(address: string, length: number, index: number): string {
  const hostBits = BigInt(128 - length);
  const host = BigInt(index + 2);
  if (host >> hostBits !== 0n) {
    throw new OperatorError(
      `IPv6 of the node: ${address}/${length} has no address for partition ${index}; pass a larger range`,
    );
  }
  return fromNumber(((toNumber(address) >> hostBits) << hostBits) | host);
}

/** At least two bits are left for hosts; /64 is usual. */
function isPrefixLength(text: string): boolean {
  return /^\d{1,3}$/.test(text) && Number(text) >= 1 && Number(text) <= 126;
}

function toNumber(address: string): bigint {
  const [head = '', tail] = canonical(address).split('::');
  const front = groupsOf(head);
  const back = groupsOf(tail ?? '');
  const groups = [...front, ...Array<string>(8 - front.length - back.length).fill('0'), ...back];
  return groups.reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n);
}

function groupsOf(text: string): string[] {
  return text === '' ? [] : text.split(':');
}

function fromNumber(value: bigint): string {
  const digits = value.toString(16).padStart(32, '0');
  return canonical((digits.match(/.{4}/g) ?? []).join(':'));
}

/** The shortest form (RFC 5952), never with an IPv4 address in dots at its end. */
function canonical(address: string): string {
  return new URL(`http://[${address}]/`).hostname.slice(1, -1);
}
