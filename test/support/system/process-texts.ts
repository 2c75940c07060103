/** What others on the machine could read of its processes. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { setImmediate as turn } from 'node:timers/promises';

/**
 * Command lines and environments of all processes that were seen while `work` went on, each once; with `uid` of that
 * user's only.
 */
export async function shownDuring(work: () => Promise<unknown>, uid?: number): Promise<string[]> {
  const seen = new Set<string>();
  let isWorking = true;
  const watching = (async () => {
    while (isWorking) {
      for (const text of await commandsAndEnvironments(uid)) seen.add(text);
      await turn();
    }
  })();
  try {
    await work();
  } finally {
    isWorking = false;
    await watching;
  }
  return [...seen];
}

async function commandsAndEnvironments(uid: number | undefined): Promise<string[]> {
  const texts: string[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    // A process may be gone before it is looked at.
    const owner = await stat(`/proc/${pid}`).catch(() => undefined);
    if (owner === undefined || (uid !== undefined && owner.uid !== uid)) continue;
    for (const file of ['cmdline', 'environ']) {
      const text = await readFile(`/proc/${pid}/${file}`, 'latin1').catch(() => '');
      texts.push(text.replaceAll('\0', ' '));
    }
  }
  return texts;
}
