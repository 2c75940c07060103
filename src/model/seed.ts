/**
 * Random values for pure stages, derived from a random seed and a purpose. If a decision is repeated because the ledger
 * changed meanwhile, the same values come out.
 */
import { createHmac } from 'node:crypto';

/** 32 bytes for `purpose`, unpredictable without the seed. */
function derive(seed: Uint8Array, purpose: string): Buffer {
  return createHmac('sha256', seed).update(purpose).digest();
}

/** A version 4 UUID (RFC 9562, 5.4). */
export function uuidFrom(seed: Uint8Array, purpose: string): string {
  const bytes = derive(seed, `uuid ${purpose}`).subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** 32 hexadecimal characters. */
export function saltFrom(seed: Uint8Array, purpose: string): string {
  return derive(seed, `salt ${purpose}`).toString('hex').slice(0, 32);
}

/** A password of 32 URL-safe characters, 192 bits. */
export function passwordFrom(seed: Uint8Array, purpose: string): string {
  return derive(seed, `password ${purpose}`).subarray(0, 24).toString('base64url');
}
