/**
 * Kinds of errors, by who can correct them. Each message names subject, reason and what to do. Any other error is a bug
 * of slapos-mail.
 */

/** A requester's parameters are refused. `problems` lists all errors, each beginning with its JSON pointer. */
export class RequesterError extends Error {
  override name = 'RequesterError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

/** Something on the node is missing, broken or full; an operator can correct it. */
export class OperatorError extends Error {
  override name = 'OperatorError';
}

/** A value as it was written, short enough for one line of a message. */
export function shown(value: unknown): string {
  return shortened(JSON.stringify(value) ?? String(value));
}

/** At most 60 characters of a text. */
export function shortened(text: string): string {
  // Not in the middle of a character that takes two places.
  return text.length > 60 ? `${text.slice(0, 57).replace(/\p{Surrogate}$/u, '')}…` : text;
}

/** System errors whose cause is the node, with what to do about them. */
const adviceByCode: Readonly<Record<string, string>> = {
  EACCES: "give it to the partition's user",
  EPERM: "give it to the partition's user",
  ENOSPC: 'make room on this disk',
  EDQUOT: 'make room in the quota of this user',
  EROFS: 'mount this disk for writing',
  EIO: 'check this disk',
  EMFILE: 'raise the limit of open files',
  ENFILE: 'raise the limit of open files',
};

/** An OperatorError instead of `error` if that is a system error whose cause is the node; otherwise `error`. */
export function blamedOnNode(error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error;
  const advice = adviceByCode[String(error.code)];
  return advice === undefined ? error : new OperatorError(`${error.message}; ${advice}`, { cause: error });
}

/** Exit codes of `slapos-mail`, documented in README.md. */
export const exitCodes = { success: 0, bug: 1, usage: 2, requester: 3, operator: 4 } as const;

/** The exit code that tells who can correct `error`. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof RequesterError) return exitCodes.requester;
  if (error instanceof OperatorError) return exitCodes.operator;
  return exitCodes.bug;
}
