/**
 * The partition's two self-signed certificates, current and next, in `folder` under a base name:
 * `<name>.bundle.pem` (private key, then one certificate) and `<name>.fingerprint`, and the same with `.next`.
 * Rotation is asked for by deleting the current fingerprint; each step below can be repeated after a crash.
 */
import { X509Certificate } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { OperatorError } from '../../errors.ts';
import type { CertificatePair } from '../../model/provided.ts';
import { writeFileAtomically } from '../../host/write-file.ts';
import { runProgram } from '../../host/run-program.ts';

export interface CertificateFiles {
  /** Absolute folder. */
  folder: string;
  /** `postfix-backend` */
  name: string;
}

const lifetimeDays = 3650;

/** Makes what is missing and rotates when asked to. `beforeChange` runs before the served bundle becomes another one. */
export async function ensureCertificates(
  files: CertificateFiles,
  commonName: string,
  openssl: string,
  beforeChange: () => Promise<void>,
): Promise<CertificatePair> {
  await mkdir(files.folder, { recursive: true, mode: 0o700 });
  const path = (suffix: string) => join(files.folder, `${files.name}${suffix}`);
  const read = (suffix: string) => readFile(path(suffix), 'utf8').catch(() => null);
  const create = () => makeBundle(files.folder, commonName, openssl);

  let current = await read('.bundle.pem');
  let next = await read('.next.bundle.pem');
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
  try {
    return new X509Certificate(bundle.slice(bundle.indexOf('-----BEGIN CERTIFICATE-----'))).fingerprint256;
  } catch (error) {
    const reason = (error as Error).message;
    throw new OperatorError(`${path} holds no certificate that can be read (${reason}); delete this file`);
  }
}

function fingerprintLine(fingerprint: string): string {
  return `sha256 Fingerprint=${fingerprint}\n`;
}

async function makeBundle(folder: string, commonName: string, openssl: string): Promise<string> {
  // The same place each time: a key that a killed run left does not stay.
  const scratch = join(folder, '.new');
  await rm(scratch, { recursive: true, force: true });
  await mkdir(scratch, { mode: 0o700 });
  try {
    const key = join(scratch, 'key.pem');
    const certificate = join(scratch, 'certificate.pem');
    await runProgram(openssl, [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-sha256', '-days', String(lifetimeDays)],
      ...['-subj', `/CN=${commonName}`, '-keyout', key, '-out', certificate],
    ]);
    return (await readFile(key, 'utf8')) + (await readFile(certificate, 'utf8'));
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
