/** Whether TLS begins with the first byte of a connection to a next hop, or after STARTTLS. Pure. */

/** RFC 8314, 7.3: `submissions`. */
const submissions = 465;

export function isTlsImplicit(hop: { port: number; 'implicit-tls'?: boolean | undefined }): boolean {
  return hop['implicit-tls'] ?? hop.port === submissions;
}
