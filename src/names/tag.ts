/** Addresses with a tag, such as `alice+news@…`. As in Postfix, the first delimiter that is not at the beginning starts the tag. */

// Postfix does not look for a tag in these.
const whole = new Set(['mailer-daemon', 'double-bounce', 'postmaster']);

/** `address` without its tag, or null when it has none. */
export function withoutTag(address: string, delimiter: string): string | null {
  if (delimiter === '') return null;
  const at = address.lastIndexOf('@');
  const local = address.slice(0, at);
  const index = local.indexOf(delimiter);
  if (index < 1 || whole.has(local.toLowerCase())) return null;
  return local.slice(0, index) + address.slice(at);
}
