/** What a message's own Received headers tell of its way (RFC 5321, 4.4; RFC 3848 for the protocol names). */
import PostalMime from 'postal-mime';

export interface Hop {
  /** Who took the message over. */
  by: string;
  /** `ESMTPSA`: extended SMTP with TLS (S) and login (A); `LMTP`: into the mailbox. */
  protocol: string;
  /** `TLSv1.3`, or null when the hop says nothing of TLS. */
  tls: string | null;
  authenticated: boolean;
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

function readHop(header: string): Hop {
  const protocol = /\bwith (E?SMTP\w*|L?MTP\w*|UTF8\w+)/i.exec(header)?.[1] ?? 'local';
  const date = /;\s*([^;]+)$/.exec(header)?.[1];
  const time = date === undefined ? NaN : Date.parse(date.replace(/\(.*?\)/g, ''));
  return {
    by: /\bby (\S+)/.exec(header)?.[1] ?? 'unknown',
    protocol: protocol.toUpperCase(),
    tls: /\b(TLSv[\d.]+)/.exec(header)?.[1] ?? null,
    authenticated: /^E?SMTPS?A$/i.test(protocol),
    time: Number.isNaN(time) ? null : new Date(time),
  };
}

/** One line for people. */
export function describeHop({ by, protocol, tls, authenticated, time }: Hop): string {
  const details = [
    protocol,
    tls ?? (protocol === 'LMTP' ? 'inside the server' : 'no TLS'),
    ...(authenticated ? ['logged in'] : []),
    ...(time === null ? [] : [time.toISOString().slice(11, 19)]),
  ];
  return `${by} (${details.join(', ')})`;
}
