import { execa } from 'execa';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { request } from 'undici';
import { OperatorError } from '../../errors.ts';
import { cleanEnvironment } from '../clean-environment.ts';
import { commandAs } from '../user.ts';
import { endProcesses, findProcess, type Process, runningFromPidFile } from '../processes.ts';
import { mustRunAsUser, writeAsUser, type NodeIdentity } from '../run-as-user.ts';
import { readSlapproxyAddress, type SlapproxyAddress } from '../slapos-cfg.ts';
import { waitUntil } from '../wait-until.ts';

const host = '127.0.0.1';

/** The address in the node's slapos.cfg; undefined if the node was never started. */
export function configuredProxy({ layout }: NodeIdentity): SlapproxyAddress | undefined {
  try {
    return readSlapproxyAddress(readFileSync(layout.slaposCfg, 'utf8'));
  } catch {
    return undefined;
  }
}

/** The node's slapproxy, if it runs. */
export function findSlapproxy({ layout }: NodeIdentity): Process | undefined {
  return runningFromPidFile(layout.proxyPidFile, layout.slapos);
}

/** The last address, because partitions know it; another port if that one is in use. */
export async function chooseProxyAddress(node: NodeIdentity): Promise<SlapproxyAddress> {
  const last = configuredProxy(node);
  if (last !== undefined && (await canListen(last.host, last.port))) return last;
  return { host, port: await freePort() };
}

/** True when a service can listen on `address` and `port` (0: any port). */
export async function canListen(address: string, port = 0): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: address, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ host, port: 0 }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** Starts slapproxy, which goes on when this process ends, and waits until it answers. Needs slapos.cfg. */
export async function startSlapproxy(node: NodeIdentity, { port }: SlapproxyAddress): Promise<void> {
  const { layout, user } = node;
  const log = join(layout.logDirectory, 'slapproxy.log');
  // `exec` keeps the process id of the shell, which is the one that we get here. A log above 10 MB is started anew.
  const script =
    '[ "$(stat -c %s "$2" 2>/dev/null || echo 0)" -gt 10485760 ] && rm -f "$2"; exec "$1" proxy start >> "$2" 2>&1';
  const [program = '', ...args] = commandAs(user, ['sh', '-c', script, 'slapproxy', layout.slapos, log]);
  const subprocess = execa(program, args, {
    cwd: layout.directory,
    env: { ...cleanEnvironment(layout, user) },
    extendEnv: false,
    stdio: 'ignore',
    detached: true,
    cleanup: false,
    reject: false,
  });
  subprocess.unref();
  const { pid } = subprocess;
  if (pid === undefined) throw new Error(`slapproxy: cannot run ${program}`);
  await writeAsUser(node, layout.proxyPidFile, '0640', { input: `${pid}\n` });

  const ready = await waitUntil(async () => findProcess(pid) === undefined || (await answers(port)), 60_000);
  if (ready && findProcess(pid) !== undefined) return;
  const tail = (await mustRunAsUser(node, ['tail', '-n', '8', log])).trim();
  await stopSlapproxy(node);
  throw new OperatorError(`slapproxy: did not start; its log ${log} ends with\n${tail}`);
}

/** True when a slapproxy answers on `port`. */
export async function answers(port: number): Promise<boolean> {
  try {
    const response = await request(`http://${host}:${port}/getRunId`, {
      headersTimeout: 5000,
      bodyTimeout: 5000,
    });
    await response.body.dump();
    return response.statusCode === 200;
  } catch {
    return false;
  }
}

/** Ends slapproxy, if it runs, and removes its pid file. */
export async function stopSlapproxy(node: NodeIdentity): Promise<void> {
  const running = findSlapproxy(node);
  if (running !== undefined) await endProcesses([running], 10_000);
  await mustRunAsUser(node, ['rm', '-f', node.layout.proxyPidFile]);
}
