/** The stack layer as the software build wrote it: where programs live, and which package has each. */
import { access, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { OperatorError } from '../../errors.ts';
import type { Stack } from '../../model/place.ts';

type ProgramsFile = Record<string, { path: string; package: string }>;

/** Reads `programs.json` and `facts.json` beside it; throws OperatorError naming every missing program and its package. */
export async function readStack(path: string, needed: readonly string[]): Promise<Stack> {
  const programs = JSON.parse(await readFile(path, 'utf8')) as ProgramsFile;
  const facts = JSON.parse(await readFile(join(dirname(path), 'facts.json'), 'utf8')) as Record<
    string,
    string
  >;
  const missing: string[] = [];
  for (const name of needed) {
    const program = programs[name];
    if (program === undefined)
      throw new OperatorError(`${path}: names no program ${name}; build the software release again`);
    await access(program.path).catch(() =>
      missing.push(`${name} (${program.path}, package ${program.package})`),
    );
  }
  if (missing.length > 0) {
    throw new OperatorError(
      `programs are missing on this node, install their packages: ${missing.join(', ')}`,
    );
  }
  return {
    programs: Object.fromEntries(
      Object.entries(programs).map(([name, { path: program }]) => [name, program]),
    ),
    facts,
  };
}
