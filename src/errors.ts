/**
 * Kinds of failure by who can mend them. The message of each says subject, reason and what to do; whatever is
 * thrown and is neither of these is a bug of ours.
 */

/** What a requester wrote is refused. `problems` holds all of them, each beginning with its JSON pointer. */
export class RequesterError extends Error {
  override name = 'RequesterError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

/** Something on the node is missing, broken or full, and an operator can mend it. */
export class OperatorError extends Error {
  override name = 'OperatorError';
}

/** A value as it was written, short enough for one line of a message. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

/** What the system refuses because of the node, and what to do about it. */
const nodeReasons: Readonly<Record<string, string>> = {
  EACCES: "give it to the partition's user",
  EPERM: "give it to the partition's user",
  ENOSPC: 'make room on this disk',
  EDQUOT: 'make room in the quota of this user',
  EROFS: 'mount this disk for writing',
  EIO: 'check this disk',
  EMFILE: 'raise the limit of open files',
  ENFILE: 'raise the limit of open files',
};

/** `error`, or an OperatorError in its place when a system call failed for a reason that lies with the node. */
export function blamedOnNode(error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error;
  const advice = nodeReasons[String(error.code)];
  return advice === undefined ? error : new OperatorError(`${error.message}; ${advice}`, { cause: error });
}

/** Exit codes of `slapos-mail`, documented in README.md. */
export const exitCodes = { success: 0, bug: 1, usage: 2, requester: 3, operator: 4 } as const;

/** The exit code that tells who can mend `error`. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof RequesterError) return exitCodes.requester;
  if (error instanceof OperatorError) return exitCodes.operator;
  return exitCodes.bug;
}
