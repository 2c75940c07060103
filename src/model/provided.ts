/** Certificates, key pairs and secrets that an instance needs. They are random, so they are made outside and then kept. */

export interface Needs {
  certificates: readonly CertificateNeed[];
  /** Folder, relative to the partition → the key pairs in it; others are removed from it. */
  keyPairs: Readonly<Record<string, readonly KeyPairNeed[]>>;
  /** Names of random passwords. */
  secrets: readonly string[];
}

/** A pair of self-signed certificates: the current one and the next. */
export interface CertificateNeed {
  /** Relative to the partition. */
  folder: string;
  /** Base name of its files. */
  name: string;
  /** Whose certificate it is. */
  hostName: string;
  /** Whether other servers know the host by its fingerprints: they must have heard of the next one before it is used. */
  isKnownToPeers: boolean;
  /**
   * Fingerprints of the pair that all peers are known to trust: the next certificate is not used before it is one of
   * them. Null when nobody says what it trusts.
   */
  trusted: readonly string[] | null;
}

export interface KeyPairNeed {
  /** Such as a mail domain; lower case letters, digits and `.`, `_`, `-`. */
  name: string;
  type: 'rsa-2048' | 'ed25519';
}

export interface Provided {
  /** By base name. */
  certificates: Readonly<Record<string, CertificatePair>>;
  /** Folder → name → public key, SubjectPublicKeyInfo (RFC 5280) in base64. Private keys stay in their files. */
  publicKeys: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** By name. */
  secrets: Readonly<Record<string, string>>;
}

/** SHA-256 fingerprints (`AA:BB:…`) of a certificate pair. */
export interface CertificatePair {
  current: string;
  next: string;
  /** Private key and certificate, PEM: the current ones. */
  bundle: string;
}

/** Throws if the pair is missing, which is a fault of this program, not of a requester. */
export function certificatePair({ certificates }: Provided, name: string): CertificatePair {
  return certificates[name] ?? missing(`certificate ${name}`);
}

/** Throws as certificatePair does. */
export function secretOf({ secrets }: Provided, name: string): string {
  return secrets[name] ?? missing(`secret ${name}`);
}

function missing(what: string): never {
  throw new Error(`the ${what} was not provided; the instance has to say that it needs it`);
}
