import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';

import { Agent } from 'undici';

import { OperatorError } from '../errors.ts';
import type { Route } from './call.ts';
import type { SlapConnection } from './types.ts';

/** Enough for about 100,000 shared instances. */
const maxReplyBytes = 128 * 1024 * 1024;

/** How calls reach the master of `connection`. A call fails when nothing comes from it for `timeout` milliseconds. */
export function routeTo(connection: SlapConnection, timeout: number): Route {
  const baseUrl = baseUrlOf(connection.serverUrl);
  const { computerId, partitionId } = connection;
  const asPartition = computerId !== undefined && partitionId !== undefined;
  return {
    baseUrl,
    dispatcher: new Agent({
      connect: {
        timeout: Math.min(timeout, 10_000),
        ...(baseUrl.protocol === 'https:' ? tlsOf(connection) : {}),
      },
      headersTimeout: timeout,
      bodyTimeout: timeout,
      maxResponseSize: maxReplyBytes,
    }),
    headers: {
      accept: '*/*',
      ...(asPartition ? { authorization: authorizationOf(computerId, partitionId) } : {}),
    },
  };
}

function baseUrlOf(serverUrl: string): URL {
  // Without a slash at the end of the path, the name of a call would replace the last part of the path.
  const text = serverUrl.endsWith('/') ? serverUrl : `${serverUrl}/`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol)) return url;
  throw new OperatorError(
    'The URL of the SlapOS master is not an http or https URL; write one such as https://[2001:db8::1]:5000/ as master_url in slapos.cfg',
  );
}

function authorizationOf(computerId: string, partitionId: string): string {
  for (const [name, value] of Object.entries({ 'computer-id': computerId, 'partition-id': partitionId })) {
    if (!/^[\x21-\x2B\x2D-\x7E]+$/.test(value)) {
      throw new OperatorError(
        `${name} ${JSON.stringify(value)} is not a name without blanks and commas; see slapos.cfg`,
      );
    }
  }
  return `X-SlapPartition computer_id=${computerId}, computer_partition_id=${partitionId}`;
}

function tlsOf(connection: SlapConnection): { key?: string; cert?: string; ca?: string[] } {
  const { keyFile, certificateFile, authorityFile } = connection;
  return {
    ...(keyFile ? { key: readPem(keyFile, 'client key') } : {}),
    ...(certificateFile ? { cert: readPem(certificateFile, 'client certificate') } : {}),
    ...(authorityFile ? { ca: [...rootCertificates, readPem(authorityFile, 'authorities')] } : {}),
  };
}

function readPem(file: string, what: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new OperatorError(
      `${file}, the ${what} for the SlapOS master, cannot be read: ${reason}; see slapos.cfg`,
    );
  }
}
