/** A private key with its certificates in PEM (RFC 7468), as a requester gives them for a server to show. Pure. */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';

export type ParsedBundle = { bundle: string } | { problem: string };

const expected = 'write a private key in PEM, followed by its certificate and the chain';
/** Clients refuse smaller ones, and OpenSSL does not load them. */
const minRsaBits = 2048;

/**
 * In the order in which Postfix wants it: the key, its certificate, the others as they come. What else stands in the
 * text (parameters of a curve, remarks) is left out. Whether it has expired is a matter of the day: a promise looks.
 */
export function parseCertificateBundle(text: string): ParsedBundle {
  const blocks = [...text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----[^-]*-----END \1-----/g)].map(
    ([block, label = '']) => ({ block: block.replace(/\r/g, ''), label }),
  );
  const keys = blocks.filter(({ label }) => label.endsWith('PRIVATE KEY'));
  const certificates = blocks.filter(({ label }) => label === 'CERTIFICATE').map(({ block }) => block);
  const [first, ...others] = keys;
  if (first === undefined) return { problem: `holds no private key; ${expected}` };
  if (others.length > 0) return { problem: `holds several private keys; ${expected}` };
  const key = privateKeyOf(first.block);
  if (key === null)
    return { problem: `holds a private key that cannot be read, or only with a password; ${expected}` };
  if ((key.asymmetricKeyDetails?.modulusLength ?? minRsaBits) < minRsaBits) {
    return { problem: `holds a key of less than ${minRsaBits} bits; make a new one` };
  }
  const read = certificates.map(certificateOf);
  if (read.includes(null)) return { problem: `holds a certificate that cannot be read; ${expected}` };
  const own = read.findIndex((certificate) => certificate?.checkPrivateKey(key));
  if (own < 0) return { problem: `holds no certificate of its private key; ${expected}` };
  const [leaf] = certificates.splice(own, 1);
  return { bundle: `${[first.block, leaf, ...certificates].join('\n')}\n` };
}

/** The same of a parameter that may be absent, as sentences; `pointer`: where it stands. */
export function certificateProblems(text: string | undefined, pointer: string): string[] {
  const parsed = text === undefined ? null : parseCertificateBundle(text);
  return parsed !== null && 'problem' in parsed ? [`${pointer}: ${parsed.problem}`] : [];
}

function privateKeyOf(pem: string): KeyObject | null {
  try {
    return createPrivateKey(pem);
  } catch {
    return null;
  }
}

function certificateOf(pem: string): X509Certificate | null {
  try {
    return new X509Certificate(pem);
  } catch {
    return null;
  }
}
