/** The Debian 12 packages that the releases and the local node need, and how to find out which are missing. */

import { fileURLToPath } from 'node:url';

import { readStackLayer } from '../../render/stack-layer.ts';

const stackLayer = fileURLToPath(new URL('../../../software/stack/debian.cfg', import.meta.url));

/** Node.js runs already, and Debian's own may be too old. */
const notFromDebian = 'nodejs';

/** What a local node needs beside the programs of the stack layer, each with what is used of it. */
const nodePackages: readonly string[] = [
  'ca-certificates', // /etc/ssl/certs/ca-certificates.crt
  'iproute2', // /usr/sbin/ip
  'libsasl2-modules', // PLAIN and LOGIN for Postfix as a client
  // slapos.core needs netifaces, which the Python package index has as C source only; with Debian's no compiler is
  // needed.
  'python3-netifaces', // netifaces, a Python module
  'python3-venv', // /usr/bin/python3 -m venv
  'unbound', // /usr/sbin/unbound
];

const testPackages: readonly string[] = [
  'chromium', // /usr/bin/chromium
  'swaks', // /usr/bin/swaks
];

/** Names of the packages that a local node needs; `forTests` adds the clients that the tests use. */
export async function neededPackages({ forTests }: { forTests: boolean }): Promise<string[]> {
  const { packages } = await readStackLayer(stackLayer);
  const programs = Object.values(packages).filter((name) => name !== notFromDebian);
  return [...new Set([...programs, ...nodePackages, ...(forTests ? testPackages : [])])].sort();
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
