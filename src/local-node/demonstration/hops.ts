/** A message's hops, read from its Received headers (RFC 5321, 4.4; protocol names: RFC 3848). */
import PostalMime from 'postal-mime';

export interface Hop {
  /** Host name that the client gave in HELO or EHLO. */
  from: string;
  /** Host name of the receiving server. */
  by: string;
  /** Such as `ESMTPSA`, extended SMTP with TLS (S) and login (A), or `LMTP`, delivery to the mailbox. */
  protocol: string;
  /** Such as `TLSv1.3 AES_256_GCM`; null if the header does not mention TLS. */
  tls: string | null;
  /** Common name of the client's certificate; null without one. */
  certificate: string | null;
  /** User name of the login, if the server writes it into the header. */
  login: string | null;
  /** Id of the message on the receiving server, as in its log. */
  id: string | null;
  time: Date | null;
}

/** All hops, the first one first. */
export async function readHops(source: string | Uint8Array): Promise<Hop[]> {
  const { headers } = await PostalMime.parse(source);
  return headers
    .filter(({ key }) => key === 'received')
    .map(({ value }) => readHop(value))
    .reverse();
}

export function readHop(header: string): Hop {
  const found = (pattern: RegExp) => pattern.exec(header)?.[1] ?? null;
  const time = Date.parse((found(/;\s*([^;]+)$/) ?? '').replace(/\(.*?\)/g, ''));
  return {
    from: found(/^from (\S+)/) ?? 'unknown',
    by: found(/\bby (\S+)/) ?? 'unknown',
    protocol: (found(/\bwith (E?SMTP\w*|L?MTP\w*|UTF8\w+)/i) ?? 'local').toUpperCase(),
    tls: readTls(header),
    certificate: found(/\(Client CN "([^"]+)"/),
    login: found(/\(Authenticated sender: ([^)]+)\)/),
    id: found(/\bid ([\w.-]+)/),
    time: Number.isNaN(time) ? null : new Date(time),
  };
}

/** Without `TLS_` and the hash in the name of the cipher, which TLS 1.3 suites all have. */
function readTls(header: string): string | null {
  const [, version, cipher = ''] = /\busing (TLSv[\d.]+) with cipher ([\w-]+)/.exec(header) ?? [];
  return version === undefined ? null : `${version} ${cipher.replace(/^TLS_|_SHA\d+$/g, '')}`;
}
