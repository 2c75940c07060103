/** `slapos-mail ledger restore`: goes back to an earlier generation, and says what that changes. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { OperatorError } from '../errors.ts';
import { currentGeneration, readLedgerFile, writeGeneration } from './generations.ts';
import { stepBack } from './step-back.ts';
import { lockLedger } from './store.ts';
import { ledgerFiles, LedgerProblem, type LedgerText, parseLedger } from './text.ts';

/**
 * `folder`: `srv/ledger`; `from`: `previous`, or the name of a generation in it. Returns what changes, and changes it only
 * when `isMeant`. The generation that was current becomes the previous one. Throws OperatorError where there is nothing
 * sound to go back to.
 */
export async function restoreLedger(folder: string, from: string, isMeant: boolean): Promise<string> {
  const unlock = await lockLedger({ folder });
  try {
    const name = await currentGeneration(folder);
    if (name === null)
      throw new OperatorError(`${folder} holds no ledger; name another folder with --ledger`);
    const earlier = await soundGeneration(folder, from);
    const current = await whateverIsIn(join(folder, name));
    const changes = stepBack(current, earlier.text);
    if (changes.length === 0) return `${from} is the same as the ledger; nothing would change`;
    if (isMeant) await writeGeneration(folder, { name, text: current }, earlier.text);
    return [
      `${from} was written at ${earlier.written}`,
      ...changes,
      conclusion(changes.length, isMeant),
    ].join('\n');
  } finally {
    await unlock();
  }
}

function conclusion(count: number, isMeant: boolean): string {
  const changes = `${count} ${count === 1 ? 'change' : 'changes'}`;
  return isMeant
    ? `${changes} made; process the partition now, which makes anew what is requested and missing`
    : `${changes} would be made, and none was; add --yes to make them`;
}

async function soundGeneration(folder: string, from: string): Promise<{ text: LedgerText; written: string }> {
  if (!/^(previous|generation-[0-9]+)$/.test(from)) {
    throw new OperatorError(
      `${from} is no generation of a ledger; write previous or a name such as generation-12`,
    );
  }
  const path = join(folder, from);
  try {
    const read = await Promise.all(ledgerFiles.map((file) => readLedgerFile(path, file)));
    const text = Object.fromEntries(read.map(([file, content]) => [file, content ?? ''])) as LedgerText;
    parseLedger(text, path);
    return { text, written: (await stat(`${path}/.`)).mtime.toISOString() };
  } catch (error) {
    const reason =
      error instanceof LedgerProblem
        ? `${path}/${error.file}:${error.line}: ${error.reason}`
        : (error as Error).message;
    throw new OperatorError(`cannot go back to ${path}: ${reason}; name another generation`);
  }
}

/** It may be damaged: that is why somebody goes back. */
async function whateverIsIn(folder: string): Promise<LedgerText> {
  const texts = ledgerFiles.map(async (file): Promise<[string, string]> => {
    return [file, await readFile(join(folder, file), 'utf8').catch(() => '')];
  });
  return Object.fromEntries(await Promise.all(texts)) as LedgerText;
}
