/** What a message's own Received headers tell of its way (RFC 5321, 4.4; RFC 3848 for the protocol names). */
import PostalMime from 'postal-mime';

export interface Hop {
  /** What the client called itself. */
  from: string;
  /** Who took the message over. */
  by: string;
  /** `ESMTPSA`: extended SMTP with TLS (S) and login (A); `LMTP`: into the mailbox. */
  protocol: string;
  /** `TLSv1.3 AES_256_GCM`, or null when the hop says nothing of TLS. */
  tls: string | null;
  /** Name in the client's certificate, if it showed one. */
  certificate: string | null;
  /** Whom the client logged in as, where the server writes it. */
  login: string | null;
  /** The receiver's name for the message, as in its log. */
  id: string | null;
  time: Date | null;
}

/** In the order of the way: the first hop first. */
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

/** The cipher without what goes without saying in TLS 1.3. */
function readTls(header: string): string | null {
  const [, version, cipher = ''] = /\busing (TLSv[\d.]+) with cipher ([\w-]+)/.exec(header) ?? [];
  return version === undefined ? null : `${version} ${cipher.replace(/^TLS_|_SHA\d+$/g, '')}`;
}
