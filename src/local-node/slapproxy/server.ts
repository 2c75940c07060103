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

/** The address that a node's slapos.cfg tells, undefined if it was never started. */
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

/** The address of the last time, as partitions know it, or the same with a free port if something else has that. */
export async function chooseProxyAddress(node: NodeIdentity): Promise<SlapproxyAddress> {
  const last = configuredProxy(node);
  if (last !== undefined && (await canListen(last.host, last.port))) return last;
  return { host, port: await freePort() };
}

/** True when a service could listen on `address` (and `port`; 0 is any). */
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

/** Starts slapproxy, which outlives this process, and waits until it answers. slapos.cfg must be there. */
export async function startSlapproxy(node: NodeIdentity, { port }: SlapproxyAddress): Promise<void> {
  const { layout, user } = node;
  const log = join(layout.logDirectory, 'slapproxy.log');
  // The shell becomes slapproxy: its number is the one that we get here. A log of more than 10 MB starts anew.
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

/** True when a slapproxy, or what knows its calls, answers on `port`. */
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

export async function stopSlapproxy(node: NodeIdentity): Promise<void> {
  const running = findSlapproxy(node);
  if (running !== undefined) await endProcesses([running], 10_000);
  await mustRunAsUser(node, ['rm', '-f', node.layout.proxyPidFile]);
}
