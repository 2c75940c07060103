/** The Debian 12 packages that the releases and the local node need, and how to find out which are missing. */

export interface DebianPackage {
  readonly name: string;
  /** The program or library of it that is used. */
  readonly brings: string;
}

const runtimePackages: readonly DebianPackage[] = [
  { name: 'apache2-bin', brings: '/usr/sbin/apache2' },
  { name: 'ca-certificates', brings: '/etc/ssl/certs/ca-certificates.crt' },
  { name: 'dovecot-core', brings: '/usr/sbin/dovecot' },
  { name: 'dovecot-imapd', brings: '/usr/lib/dovecot/imap' },
  { name: 'dovecot-lmtpd', brings: '/usr/lib/dovecot/lmtp' },
  { name: 'dovecot-managesieved', brings: '/usr/lib/dovecot/managesieve' },
  { name: 'dovecot-sieve', brings: '/usr/bin/sievec' },
  { name: 'iproute2', brings: '/usr/sbin/ip' },
  { name: 'libnss-wrapper', brings: 'libnss_wrapper.so' },
  { name: 'libuid-wrapper', brings: 'libuid_wrapper.so' },
  { name: 'logrotate', brings: '/usr/sbin/logrotate' },
  { name: 'libsasl2-modules', brings: 'PLAIN and LOGIN for Postfix as a client' },
  { name: 'openssl', brings: '/usr/bin/openssl' },
  { name: 'postfix-policyd-spf-python', brings: '/usr/bin/policyd-spf' },
  { name: 'postgrey', brings: '/usr/sbin/postgrey' },
  { name: 'postfix', brings: '/usr/lib/postfix/sbin/master' },
  { name: 'postfix-cdb', brings: '/usr/lib/postfix/postfix-cdb.so' },
  // slapos.core needs netifaces, which the Python package index has as C source only; with Debian's no compiler is needed.
  { name: 'python3-netifaces', brings: 'netifaces, a Python module' },
  { name: 'python3-venv', brings: '/usr/bin/python3 -m venv' },
  { name: 'unbound', brings: '/usr/sbin/unbound' },
  { name: 'xz-utils', brings: '/usr/bin/xz' },
];

const testPackages: readonly DebianPackage[] = [
  { name: 'chromium', brings: '/usr/bin/chromium' },
  { name: 'swaks', brings: '/usr/bin/swaks' },
];

/** The packages that a local node needs; `forTests` adds the clients that the tests use. */
export function neededPackages({ forTests }: { forTests: boolean }): readonly DebianPackage[] {
  return forTests ? [...runtimePackages, ...testPackages] : runtimePackages;
}

/** Format for `dpkg-query --show`, read by {@link missingPackages}. */
export const dpkgFormat = '${Package} ${db:Status-Status}\n';

/** Names of the packages in `needed` that are not installed. `dpkgOutput` has lines in {@link dpkgFormat}. */
export function missingPackages(needed: readonly DebianPackage[], dpkgOutput: string): string[] {
  const installed = new Set(
    dpkgOutput
      .split('\n')
      .map((line) => line.split(' '))
      .filter(([, status]) => status === 'installed')
      .map(([name]) => name),
  );
  return needed.map(({ name }) => name).filter((name) => !installed.has(name));
}
