import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { execa } from 'execa';

/** Private key and certificate, in PEM. */
export interface TlsIdentity {
  key: string;
  cert: string;
}

/** A new self-signed certificate with its key, valid for `days` days. */
export async function selfSignedIdentity(commonName = 'stand-in', days = 2): Promise<TlsIdentity> {
  const folder = await mkdtemp(join(tmpdir(), 'smt-identity-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')] as const;
  try {
    await execa('openssl', [
      ...[
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:P-256',
        '-nodes',
        '-sha256',
        '-days',
        String(days),
      ],
      ...['-subj', `/CN=${commonName}`, '-keyout', key, '-out', cert],
    ]);
    return { key: await readFile(key, 'utf8'), cert: await readFile(cert, 'utf8') };
  } finally {
    await rm(folder, { recursive: true });
  }
}
