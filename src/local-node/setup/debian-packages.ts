/** The Debian 12 packages that the releases and the local node need, and how to find out which are missing. */

// Each with the program or library of it that is used.
const runtimePackages: readonly string[] = [
  'apache2-bin', // /usr/sbin/apache2
  'ca-certificates', // /etc/ssl/certs/ca-certificates.crt
  'dovecot-core', // /usr/sbin/dovecot
  'dovecot-imapd', // /usr/lib/dovecot/imap
  'dovecot-lmtpd', // /usr/lib/dovecot/lmtp
  'dovecot-managesieved', // /usr/lib/dovecot/managesieve
  'dovecot-sieve', // /usr/bin/sievec
  'iproute2', // /usr/sbin/ip
  'libnss-wrapper', // libnss_wrapper.so
  'libuid-wrapper', // libuid_wrapper.so
  'logrotate', // /usr/sbin/logrotate
  'libsasl2-modules', // PLAIN and LOGIN for Postfix as a client
  'openssl', // /usr/bin/openssl
  'postfix-policyd-spf-python', // /usr/bin/policyd-spf
  'postgrey', // /usr/sbin/postgrey
  'postfix', // /usr/lib/postfix/sbin/master
  'postfix-cdb', // /usr/lib/postfix/postfix-cdb.so
  // slapos.core needs netifaces, which the Python package index has as C source only; with Debian's no compiler is
  // needed.
  'python3-netifaces', // netifaces, a Python module
  'python3-venv', // /usr/bin/python3 -m venv
  'unbound', // /usr/sbin/unbound
  'xz-utils', // /usr/bin/xz
];

const testPackages: readonly string[] = [
  'chromium', // /usr/bin/chromium
  'swaks', // /usr/bin/swaks
];

/** Names of the packages that a local node needs; `forTests` adds the clients that the tests use. */
export function neededPackages({ forTests }: { forTests: boolean }): readonly string[] {
  return forTests ? [...runtimePackages, ...testPackages] : runtimePackages;
}

/** Format for `dpkg-query --show`, read by {@link missingPackages}. */
export const dpkgFormat = '${Package} ${db:Status-Status}\n';

/** Names of the packages in `needed` that are not installed. `dpkgOutput` has lines in {@link dpkgFormat}. */
export function missingPackages(needed: readonly string[], dpkgOutput: string): string[] {
  const installed = new Set(
    dpkgOutput
      .split('\n')
      .map((line) => line.split(' '))
      .filter(([, status]) => status === 'installed')
      .map(([name]) => name),
  );
  return needed.filter((name) => !installed.has(name));
}
