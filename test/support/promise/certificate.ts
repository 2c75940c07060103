import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface Certificate {
  /** PEM texts. */
  key: string;
  cert: string;
  /** Path of a file with the key, then the certificate. */
  bundle: string;
}

/** A fresh self-signed certificate in `directory`; with negative `days` it has expired. */
export async function makeCertificate(directory: string, name: string, days = 2): Promise<Certificate> {
  const [keyFile, requestFile, certFile, bundle] = ['key', 'csr', 'crt', 'pem'].map((extension) =>
    join(directory, `${name}.${extension}`),
  ) as [string, string, string, string];
  await openssl(
    'req',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-keyout',
    keyFile,
    '-subj',
    `/CN=${name}`,
    '-out',
    requestFile,
  );
  await openssl(
    'x509',
    '-req',
    '-in',
    requestFile,
    '-signkey',
    keyFile,
    '-out',
    certFile,
    '-days',
    String(days),
  );
  const [key, cert] = await Promise.all([readFile(keyFile, 'utf8'), readFile(certFile, 'utf8')]);
  await writeFile(bundle, key + cert);
  return { key, cert, bundle };
}

async function openssl(...parameters: string[]): Promise<void> {
  await promisify(execFile)('openssl', parameters);
}
