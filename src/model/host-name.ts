/** The name a host calls itself, made of its instance title: blanks become `_`, what no host name holds goes. */
export function hostNameOf(title: string): string {
  const name = title
    .trim()
    .replace(/\s/g, '_')
    .replace(/[^A-Za-z0-9._-]/g, '')
    .replace(/\.{2,}/g, '.')
    .replace(/^[.-]+|[.-]+$/g, '')
    .slice(0, 63);
  // Postfix refuses a name of digits and dots only: it would be an address.
  return /[A-Za-z]/.test(name) ? name : `mail-${name || 'server'}`;
}
