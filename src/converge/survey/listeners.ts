/** Who listens on a port, as far as this user may know: from /proc/net and the open files of its own processes. */
import { readdir, readFile, readlink } from 'node:fs/promises';

const listenState = '0A';

/** Whether a process that belongs to the partition (by its folder or its command) listens on the port. */
export async function isHeldByPartition(partition: string, port: number): Promise<boolean> {
  const sockets = new Set([...(await inodesOf('tcp', port)), ...(await inodesOf('tcp6', port))]);
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const process = `/proc/${pid}`;
    // Processes of other users, and those that ended meanwhile, cannot be read.
    const cwd = await readlink(`${process}/cwd`).catch(() => '');
    const command = await readFile(`${process}/cmdline`, 'utf8').catch(() => '');
    if (!`${cwd}/`.startsWith(`${partition}/`) && !command.includes(`${partition}/`)) continue;
    for (const file of await readdir(`${process}/fd`).catch(() => [])) {
      if (sockets.has(await readlink(`${process}/fd/${file}`).catch(() => ''))) return true;
    }
  }
  return false;
}

async function inodesOf(table: 'tcp' | 'tcp6', port: number): Promise<string[]> {
  const text = await readFile(`/proc/net/${table}`, 'utf8').catch(() => '');
  const wanted = port.toString(16).toUpperCase().padStart(4, '0');
  return text.split('\n').flatMap((line) => {
    const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
    return state === listenState && local?.endsWith(`:${wanted}`) ? [`socket:[${inode}]`] : [];
  });
}
