/** What a server would say to a parameter file, each sentence with the line that it is about. */
import { RequesterError } from '../errors.ts';
import { emptyLedger } from '../ledger/types.ts';
import type { Stack } from '../model/place.ts';
import type { ParameterFile, Source } from '../parameters/file.ts';
import { lineOf } from '../parameters/text.ts';
import type { ReleaseDefinition, ValidInstance } from '../releases/definition.ts';
import { exampleFacts } from './instance.ts';

export interface CheckedFile {
  /** What is refused. */
  problems: readonly string[];
  /** What is accepted although it is not as it should be. */
  warnings: readonly string[];
  /** `an instance and 2 shared requests` */
  content: string;
}

export function checkParameterFile(
  file: ParameterFile,
  definition: ReleaseDefinition,
  stack: Stack,
): CheckedFile {
  const content = contentOf(file);
  let instance: ValidInstance;
  try {
    instance = definition.validate(file.source === null ? withExampleInstance(file) : file);
  } catch (error) {
    if (!(error instanceof RequesterError) || file.source === null) throw error;
    const { source } = file;
    return { problems: error.problems.map((problem) => located(source, problem)), warnings: [], content };
  }
  const refused = instance.refused.map(({ reference, error }) => ofShared(file, reference, error));
  const decided = decisionsOn(file, instance, stack);
  return { problems: [...refused, ...decided.problems], warnings: decided.warnings, content };
}

/** What requests come to together: who has an address, where an alias leads. */
function decisionsOn(
  file: ParameterFile,
  instance: ValidInstance,
  stack: Stack,
): Pick<CheckedFile, 'problems' | 'warnings'> {
  // Only a whole instance, of which nothing depends on what others publish, is known well enough.
  if (file.source === null || instance.lookups(emptyLedger).length > 0) return { problems: [], warnings: [] };
  const refused = new Set(instance.refused.map(({ reference }) => reference));
  const told = instance
    .plan(exampleFacts(file, instance, stack))
    .publications.filter(({ target }) => target !== '' && !refused.has(target));
  return {
    problems: told.flatMap(({ target, error }) => (error === undefined ? [] : ofShared(file, target, error))),
    warnings: told.flatMap(({ target, error, parameters }) =>
      error === undefined
        ? warningsIn(parameters).map((warning) => ofShared(file, target, `warning: ${warning}`))
        : [],
    ),
  };
}

function warningsIn(published: Readonly<Record<string, unknown>>): string[] {
  const { warning, 'missing-destinations': missing } = published;
  return [
    ...(typeof warning === 'string' ? [warning] : []),
    ...(Array.isArray(missing) ? [`nobody receives mail for ${missing.join(', ')}`] : []),
  ];
}

/** Shared requests alone are checked as if the server hosted their domains. */
function withExampleInstance(file: ParameterFile): ParameterFile {
  const domains = file.sharedRequests.flatMap(({ parameters }) => {
    const { address } = (parameters ?? {}) as { address?: unknown };
    const [, domain] = typeof address === 'string' ? (/@([^@]+)$/.exec(address) ?? []) : [];
    return domain === undefined ? [] : [domain];
  });
  return { ...file, parameters: exampleParameters(domains) };
}

/** Of a mail server where there are mail addresses, else of a relay cluster. */
function exampleParameters(domains: readonly string[]): object {
  if (domains.length === 0) return { topology: {} };
  return { 'mail-domains': [...new Set(domains)], 'inbound-relay': { enable: false } };
}

/** `error` holds the JSON pointer of what is wrong, where there is one. */
function ofShared(file: ParameterFile, reference: string, error: string): string {
  const index = file.sharedRequests.findIndex((request) => request.reference === reference);
  const source = file.sharedSources[index];
  const sentence = /^_shared\d+$/.test(reference) ? error : `${reference}: ${error}`;
  if (source === undefined) return sentence;
  const [, pointer = ''] = /(?:^|: )(\/\S*): /.exec(error) ?? [];
  return `${source.path}:${lineOf(source.text, source.document, source.pointer + pointer)}: ${sentence}`;
}

function located(source: Source, problem: string): string {
  const [, pointer = ''] = /^(\/[^:]*): /.exec(problem) ?? [];
  const line = lineOf(source.text, source.document, source.pointer + (pointer === '/' ? '' : pointer));
  return `${source.path}:${line}: ${problem}`;
}

function contentOf({ source, sharedRequests: { length } }: ParameterFile): string {
  const shared = `${length} shared ${length === 1 ? 'request' : 'requests'}`;
  if (source === null) return shared;
  return length === 0 ? 'an instance' : `an instance and ${shared}`;
}
