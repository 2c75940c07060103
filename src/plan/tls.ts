/**
 * Which TLS the servers of an instance speak: what Postfix, Dovecot and Apache are told is decided here alone. The order
 * of suites is always the server's own. Pure.
 */

/** Oldest first. */
const versions = ['TLSv1.2', 'TLSv1.3'] as const;

/** Suites of TLS 1.2 with forward secrecy and authenticated encryption; those of TLS 1.3 all have both. In OpenSSL's names. */
const goodSuites = [
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
];

/** For other mail servers, which would deliver in clear where they find no suite: the good ones first, and none without a certificate. */
const suitesForServers = [...goodSuites, 'HIGH', '!aNULL', '!eNULL', '!PSK', '!SRP'];

/** Apache and Dovecot: people log in. */
export const tlsForPeople = { versions, oldest: versions[0], suites: goodSuites.join(':') };

/**
 * Postfix. `grade`: the list that its server takes, whether TLS is demanded or not. Where anybody logs in on the port,
 * that is the good suites alone.
 */
export function postfixTls(clients: 'log in' | 'are servers') {
  return {
    oldest: versions[0],
    high: goodSuites.join(':'),
    medium: suitesForServers.join(':'),
    grade: clients === 'log in' ? 'high' : 'medium',
  };
}
