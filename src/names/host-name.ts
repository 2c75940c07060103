// RFC 1035, 2.3.4: the longest part of a name; the whole of ours is no longer.
const longestPart = 63;

/** The name a host calls itself, made of its instance title: blanks become `_`, what no host name holds goes. */
export function hostNameOf(title: string): string {
  const kept = title
    .trim()
    .replace(/\s/g, '_')
    .replace(/[^A-Za-z0-9._-]/g, '')
    .replace(/^[.-]+/, '')
    .slice(0, longestPart);
  // Postfix refuses a name of digits and dots only: it would be an address.
  const name = /[A-Za-z]/.test(kept) ? kept : `mail-${kept || 'server'}`;
  // Nor does it start with one of which a part is empty, or begins or ends with a dash.
  return name
    .slice(0, longestPart)
    .replace(/-*\.[.-]*/g, '.')
    .replace(/[.-]+$/, '');
}
