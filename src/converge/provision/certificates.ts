/**
 * The partition's two self-signed certificates, current and next, in `folder` under a base name:
 * `<name>.bundle.pem` (private key, then one certificate) and `<name>.fingerprint`, and the same with `.next`.
 * Rotation is asked for by deleting the current fingerprint, or by another name of the host. While peers do not know the
 * next certificate, the wish stands in `<name>.rotation-waits`. Each step below can be repeated after a crash.
 */
import { X509Certificate } from 'node:crypto';
import { mkdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { OperatorError } from '../../errors.ts';
import type { CertificateNeed, CertificatePair } from '../../model/provided.ts';
import { writeFileAtomically } from '../../host/write-file.ts';
import { runProgram } from '../../host/run-program.ts';

export interface CertificateFiles {
  /** Absolute folder. */
  folder: string;
  /** `postfix-backend` */
  name: string;
}

const lifetimeDays = 3650;

/** Elliptic, because a handshake between two servers then costs a third of what it does with RSA. */
const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];

/** After so long, a peer that still does not know the next certificate is taken for gone. Its mail waits, none is returned. */
const patienceDays = 30;

/**
 * Makes what is missing, and rotates when asked to, once the next certificate is one of `trusted` (null: nobody has to know
 * it). `beforeChange` runs before the served bundle becomes another one.
 */
export async function ensureCertificates(
  files: CertificateFiles,
  { hostName, isKnownToPeers, trusted }: Omit<CertificateNeed, 'folder' | 'name'>,
  openssl: string,
  beforeChange: () => Promise<void>,
): Promise<CertificatePair> {
  await mkdir(files.folder, { recursive: true, mode: 0o700 });
  const path = (suffix: string) => join(files.folder, `${files.name}${suffix}`);
  const read = (suffix: string) => readFile(path(suffix), 'utf8').catch(() => null);
  const create = () => makeBundle(files.folder, hostName, openssl);

  let current = await read('.bundle.pem');
  let next = await read('.next.bundle.pem');
  const wish = path('.rotation-waits');
  const isOfAnother = (bundle: string | null, suffix: string) =>
    bundle !== null && !namesOf(bundle, path(suffix)).includes(hostName);
  const isNextNew = isOfAnother(next, '.next.bundle.pem');
  if (isNextNew) {
    // Who has waited for the next one waits for this one.
    await rm(wish, { force: true });
    next = await create();
    await writeFileAtomically(path('.next.bundle.pem'), next, 0o600);
  }
  const mayUse = async (bundle: string) =>
    !isKnownToPeers ||
    // Those who do not say what they trust are told first.
    (trusted === null && !isNextNew) ||
    trusted?.includes(fingerprintOf(bundle, path('.next.bundle.pem'))) ||
    (await ageInDays(wish)) > patienceDays;
  const isAsked = isOfAnother(current, '.bundle.pem') || (await read('.fingerprint')) === null;
  const hasWaited = (await read('.rotation-waits')) !== null;
  if (current !== null && next !== null && next !== current && (isAsked || hasWaited)) {
    if (await mayUse(next)) {
      // In this order: whatever a killed run leaves asks for one rotation.
      await rm(path('.fingerprint'), { force: true });
      await rm(wish, { force: true });
    } else if (isAsked) {
      if (!hasWaited) await writeFileAtomically(wish, '', 0o600);
      const line = fingerprintLine(fingerprintOf(current, path('.bundle.pem')));
      await writeFileAtomically(path('.fingerprint'), line, 0o600);
      console.error(`${path('.next.bundle.pem')} is not used before all peers know it; see applied`);
    }
  }
  if ((await read('.fingerprint')) === null) {
    current = next ?? current ?? (await create());
    await beforeChange();
    await writeFileAtomically(path('.bundle.pem'), current, 0o600);
    const line = fingerprintLine(fingerprintOf(current, path('.bundle.pem')));
    await writeFileAtomically(path('.fingerprint'), line, 0o600);
  }
  if (current === null)
    throw new OperatorError(`${path('.bundle.pem')} is missing; delete ${path('.fingerprint')}`);
  // The same certificate twice: a rotation that was cut short after the line above.
  if (next === null || next === current) {
    next = await create();
    await writeFileAtomically(path('.next.bundle.pem'), next, 0o600);
  }
  const fingerprints = {
    current: fingerprintOf(current, path('.bundle.pem')),
    next: fingerprintOf(next, path('.next.bundle.pem')),
  };
  if (fingerprintLine(fingerprints.next) !== (await read('.next.fingerprint'))) {
    await writeFileAtomically(path('.next.fingerprint'), fingerprintLine(fingerprints.next), 0o600);
  }
  return { ...fingerprints, bundle: current };
}

function fingerprintOf(bundle: string, path: string): string {
  return certificateOf(bundle, path).fingerprint256;
}

function namesOf(bundle: string, path: string): string[] {
  return (certificateOf(bundle, path).subjectAltName ?? '')
    .split(', ')
    .map((each) => each.replace(/^DNS:/, ''));
}

function certificateOf(bundle: string, path: string): X509Certificate {
  try {
    return new X509Certificate(bundle.slice(bundle.indexOf('-----BEGIN CERTIFICATE-----')));
  } catch (error) {
    const reason = (error as Error).message;
    throw new OperatorError(`${path} holds no certificate that can be read (${reason}); delete this file`);
  }
}

/** -1 where there is no such file. */
async function ageInDays(path: string): Promise<number> {
  return stat(path).then(
    ({ mtimeMs }) => (Date.now() - mtimeMs) / 86_400_000,
    () => -1,
  );
}

function fingerprintLine(fingerprint: string): string {
  return `sha256 Fingerprint=${fingerprint}\n`;
}

async function makeBundle(folder: string, hostName: string, openssl: string): Promise<string> {
  // Clients look at the alternative names; the common name holds 64 characters at most (RFC 5280, upper bounds).
  const commonName = hostName.length > 64 ? hostName.split('.')[0] : hostName;
  // The same place each time: a key that a killed run left does not stay.
  const scratch = join(folder, '.new');
  await rm(scratch, { recursive: true, force: true });
  await mkdir(scratch, { mode: 0o700 });
  try {
    const key = join(scratch, 'key.pem');
    const certificate = join(scratch, 'certificate.pem');
    await runProgram(openssl, [
      ...['req', '-x509', ...newKey, '-nodes', '-sha256', '-days', String(lifetimeDays)],
      ...['-subj', `/CN=${commonName}`, '-addext', `subjectAltName=DNS:${hostName}`],
      ...['-keyout', key, '-out', certificate],
    ]);
    return (await readFile(key, 'utf8')) + (await readFile(certificate, 'utf8'));
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
