/** `slapos-mail ledger check`: reads a ledger as the generator does, and reports all its problems. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';

import { OperatorError } from '../errors.ts';
import { lineOf } from './lines.ts';
import { readLedgerFile } from './generations.ts';
import { ledgerFiles, LedgerProblem, type LedgerText, parseLedger } from './text.ts';
import type { Ledger } from './types.ts';
import { newAddressGraph } from './address-graph.ts';
import { promiseAddress } from '../names/promise-address.ts';

/** `folder`: a generation. Returns a summary. Throws OperatorError with every problem, each with file and line. */
export async function checkLedger(folder: string): Promise<string> {
  const text = await readGeneration(folder);
  const { problems, ledger } = readAll(text, folder);
  const all = ledger === null ? problems : [...problems, ...faults(ledger, text, folder)];
  if (ledger === null || all.length > 0) throw new OperatorError(all.join('\n'));
  return summary(ledger, join(folder, '../../mail'));
}

async function readGeneration(folder: string): Promise<LedgerText> {
  const read = await Promise.all(
    ledgerFiles.map(async (file) => {
      try {
        const [name, text] = await readLedgerFile(folder, file);
        return { name, text: text ?? '', problem: null };
      } catch (error) {
        const reason = (error as Error).message;
        return {
          name: file,
          text: '',
          problem: `${folder}/${file}: ${reason}; see what \`ledger restore\` would change`,
        };
      }
    }),
  );
  const missing = read.flatMap(({ problem }) => problem ?? []);
  if (missing.length > 0) throw new OperatorError(missing.join('\n'));
  return Object.fromEntries(read.map(({ name, text }) => [name, text])) as LedgerText;
}

/** If a file is missing or truncated, nearly all lines are wrong, and each one costs another reading of all files. */
const maxProblems = 100;

/** Blanks out each unreadable line and reads again, without reporting what is wrong only because of that. */
function readAll(text: LedgerText, folder: string): { problems: string[]; ledger: Ledger | null } {
  const files = new Map(ledgerFiles.map((file) => [file, text[file].split('\n')]));
  const taken = new Set<string>();
  const problems: string[] = [];
  for (;;) {
    try {
      const rest = Object.fromEntries([...files].map(([file, lines]) => [file, lines.join('\n')]));
      return { problems, ledger: parseLedger(rest as LedgerText, folder) };
    } catch (error) {
      if (!(error instanceof LedgerProblem)) throw error;
      const lines = files.get(error.file) ?? [];
      const subject = /^[^\s:]*/.exec(lines[error.line - 1] ?? '')?.[0] ?? '';
      if (!taken.has(subject)) problems.push(`${folder}/${error.file}:${error.line}: ${error.reason}`);
      // A line that is not there cannot be taken away.
      if ((lines[error.line - 1] ?? '') === '') return { problems, ledger: null };
      if (problems.length >= maxProblems) {
        return {
          problems: [...problems, `${folder}: more than these ${maxProblems} problems`],
          ledger: null,
        };
      }
      taken.add(subject);
      lines[error.line - 1] = '';
    }
  }
}

/** Addresses that lead in circles or too far. Tags are not taken off, as their delimiter is not known here. */
function faults({ accounts, aliases }: Ledger, text: LedgerText, folder: string): string[] {
  const held = accounts.filter(({ state }) => state === 'held');
  const mailboxes = new Set(held.map(({ address }) => address));
  const addresses = new Set([...mailboxes, ...aliases.map(({ address }) => address)]);
  const graph = newAddressGraph(addresses, mailboxes, { delimiter: '' });
  const edges = [...held.map(({ address, forward }) => ({ address, destinations: forward })), ...aliases];
  return edges.flatMap(({ address, destinations }) => {
    const fault = graph.lead(address, destinations);
    if (fault === null) return [];
    return [`${folder}/aliases:${lineOf(text.aliases, `${address} `)}: ${fault}`];
  });
}

async function summary({ accounts, aliases }: Ledger, mailFolder: string): Promise<string> {
  const held = accounts.filter(({ state }) => state === 'held');
  const exists = await Promise.all(
    held.map(({ mailbox }) => stat(join(mailFolder, mailbox)).then(Boolean, () => false)),
  );
  const empty = exists.filter((each) => !each).length;
  const people = held.filter(({ address }) => address !== promiseAddress).length;
  const probe = people < held.length ? ' and one for the promise that mail is delivered' : '';
  return [
    `${people} accounts${probe}, ${accounts.length - held.length} released, ${aliases.length} aliases; nothing is wrong`,
    // A folder is made by the first message or the first log-in.
    ...(empty === 0 ? [] : [`${empty} accounts have no folder in ${mailFolder} yet`]),
  ].join('\n');
}
