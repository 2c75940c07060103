import { execa } from 'execa';
import { spawn } from 'node:child_process';
import { accessSync, constants, closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { OperatorError } from '../../errors.ts';
import type { OnProgress } from '../progress.ts';
import { dpkgFormat, missingPackages, neededPackages } from './debian-packages.ts';

const installer = fileURLToPath(new URL('install-packages.sh', import.meta.url));

/** How this process can become root; `sudo-password`: sudo will ask for a password on the terminal. */
export type RootAccess = 'root' | 'sudo' | 'sudo-password' | 'none';

/** Names of the needed packages that are not installed. Throws OperatorError on a machine without dpkg. */
export async function findMissingPackages(options: { forTests: boolean }): Promise<string[]> {
  const needed = await neededPackages(options);
  const query = await execa('dpkg-query', ['--show', '--showformat', dpkgFormat, ...needed], {
    reject: false,
  });
  // Exit code 1 means that some packages are unknown; there is none when the program could not be started.
  if (query.exitCode === undefined) {
    throw new OperatorError(
      'This machine: dpkg-query cannot be run, and the local node takes its daemons from Debian 12 packages; use a Debian 12 machine or container',
    );
  }
  return missingPackages(needed, query.stdout);
}

/** How this process can become root. sudo with a password counts only where somebody can type it. */
export async function findRootAccess(): Promise<RootAccess> {
  if (process.getuid?.() === 0) return 'root';
  const sudo = await execa('sudo', ['-n', 'true'], { reject: false });
  if (sudo.exitCode === 0) return 'sudo';
  return sudo.exitCode !== undefined && process.stdin.isTTY ? 'sudo-password' : 'none';
}

/** The command that installs `packages` with the given access. */
export function installCommand(packages: readonly string[], access: Exclude<RootAccess, 'none'>): string[] {
  const command = ['sh', installer, ...packages];
  if (access === 'root') return command;
  return access === 'sudo' ? ['sudo', '-n', ...command] : ['sudo', ...command];
}

/** The command for the operator to type, where this process cannot become root. `hasSudo`: sudo is installed. */
export function commandToType(packages: readonly string[], hasSudo: boolean): string {
  const command = `sh ${shellWord(installer)} ${packages.join(' ')}`;
  return hasSudo ? `sudo ${command}` : `su -c ${shellWord(command)}`;
}

function shellWord(text: string): string {
  return /^[\w./:@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/**
 * Installs `packages` without starting any of their services (see install-packages.sh). Throws OperatorError with the
 * command to type when this process cannot become root, and with the end of apt's output when apt failed.
 */
export async function installPackages(packages: readonly string[], onProgress: OnProgress): Promise<void> {
  const access = await findRootAccess();
  if (access === 'none') {
    throw new OperatorError(
      `Debian packages ${packages.join(', ')}: missing, and installing them needs root; type\n  ${commandToType(packages, hasProgram('sudo'))}`,
    );
  }
  if (access === 'sudo-password') {
    onProgress(`sudo asks for your password to install ${packages.join(' ')}`);
    const sudo = await execa('sudo', ['-v'], { stdio: 'inherit', reject: false });
    if (sudo.exitCode !== 0) {
      throw new OperatorError(
        `sudo: refused, and installing the Debian packages ${packages.join(', ')} needs root; as root type\n  sh ${installer} ${packages.join(' ')}`,
      );
    }
  }
  await runInstaller(installCommand(packages, access), onProgress);
}

/** The output goes to a file: through a pipe, the end of this process would also end dpkg. */
async function runInstaller(
  [program = '', ...args]: readonly string[],
  onProgress: OnProgress,
): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'slapos-mail-apt-'));
  const log = join(directory, 'log');
  const descriptor = openSync(log, 'w', 0o600);
  let shown = '';
  const timer = setInterval(() => {
    const step = lastStep(readFileSync(log, 'utf8'));
    if (step !== undefined && step !== shown) onProgress((shown = step));
  }, 300);
  try {
    const exitCode = await exitCodeOf(program, args, descriptor);
    if (exitCode !== 0) {
      const tail = readFileSync(log, 'utf8').trimEnd().split('\n').slice(-15).join('\n');
      throw new OperatorError(
        `Debian packages: apt-get could not install them; correct what it says and start again\n${tail}`,
      );
    }
  } finally {
    clearInterval(timer);
    closeSync(descriptor);
    rmSync(directory, { recursive: true, force: true });
  }
}

function exitCodeOf(program: string, args: readonly string[], output: number): Promise<number | null> {
  return new Promise((resolve, reject) => {
    // It is not killed when this process ends. It gets Ctrl-C from the terminal, and ends where that does no harm.
    spawn(program, args, { stdio: ['inherit', output, output] })
      .once('error', reject)
      .once('close', resolve);
  });
}

/** The last line of apt's output that names a step. */
export function lastStep(log: string): string | undefined {
  return log
    .split('\n')
    .findLast((line) => /^(Get:\d+ |Unpacking |Setting up )/.test(line))
    ?.replace(/ \.\.\.$/, '');
}

function hasProgram(name: string): boolean {
  return (process.env['PATH'] ?? '').split(':').some((directory) => {
    try {
      accessSync(join(directory, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
