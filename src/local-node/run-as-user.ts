import { execa } from 'execa';
import { OperatorError } from '../errors.ts';
import { cleanEnvironment, type Environment } from './clean-environment.ts';
import type { NodeLayout } from './layout.ts';
import { commandAs, type NodeUser } from './user.ts';

/** Where a node is and which user it runs as: what is needed to run any of its programs. */
export interface NodeIdentity {
  readonly layout: NodeLayout;
  readonly user: NodeUser;
}

export interface RunOptions {
  readonly input?: string;
  readonly inputFile?: string;
  /** Added to the clean environment. */
  readonly environment?: Environment;
  readonly onLine?: (line: string) => void;
}

export interface RunResult {
  /** Undefined when the program could not be started or a signal ended it. */
  readonly exitCode: number | undefined;
  /** Standard output and standard error, in order. */
  readonly output: string;
}

/** Runs `argv` as the node's user, in the node's directory and with a clean environment, and waits for its end. */
export async function runAsUser(
  { layout, user }: NodeIdentity,
  argv: readonly string[],
  { input, inputFile, environment, onLine }: RunOptions = {},
): Promise<RunResult> {
  const [program = '', ...args] = commandAs(user, argv);
  const subprocess = execa(program, args, {
    cwd: layout.directory,
    env: { ...cleanEnvironment(layout, user), ...environment },
    extendEnv: false,
    all: true,
    reject: false,
    ...(inputFile !== undefined ? { inputFile } : { input: input ?? '' }),
  });
  if (onLine !== undefined) {
    for await (const line of subprocess.iterable({ from: 'all' })) onLine(String(line));
  }
  const result = await subprocess;
  return { exitCode: result.exitCode, output: result.all };
}

const fullDisk = /No space left on device|Disk quota exceeded|Read-only file system/;

/**
 * Like {@link runAsUser}, for commands that fail only when the disk is full or because of a bug: returns the output,
 * and throws for any exit code but 0.
 */
export async function mustRunAsUser(
  node: NodeIdentity,
  argv: readonly string[],
  options?: RunOptions,
): Promise<string> {
  const { exitCode, output } = await runAsUser(node, argv, options);
  if (exitCode === 0) return output;
  const reason = `${argv.join(' ')}: exit code ${String(exitCode)}: ${output.trim()}`;
  throw fullDisk.test(output) ? new OperatorError(`${reason}; make room on this disk`) : new Error(reason);
}

/**
 * Writes a file of the node atomically. The node's user writes it: if root wrote below the directory of an ordinary
 * user, it would follow any link that the user has put there.
 */
export async function writeAsUser(
  node: NodeIdentity,
  path: string,
  mode: '0640' | '0750',
  content: { readonly input: string } | { readonly inputFile: string },
): Promise<void> {
  const script = 'umask 077 && cat > "$1.new" && chmod "$2" "$1.new" && mv -f "$1.new" "$1"';
  await mustRunAsUser(node, ['sh', '-c', script, 'write', path, mode], content);
}
