import { readdirSync, readFileSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { OperatorError } from '../../errors.ts';
import { packageIndexEnvironment } from '../clean-environment.ts';
import { withoutRepeats, type OnProgress } from '../progress.ts';
import { mustRunAsUser, runAsUser, type NodeIdentity, type RunOptions } from '../run-as-user.ts';
import { withLock } from '../with-lock.ts';
import { environmentStamp, installationOrder, parseRequirements } from './requirements.ts';

const requirementsFile = new URL('../requirements.txt', import.meta.url);
const python = '/usr/bin/python3';
/** The only version that the pinned packages are tested with. */
const pythonVersion = 'python3.11';
/** Has no hash: pip does not fetch it. */
const fromDebian = 'netifaces';
const debianPythonModules = '/usr/lib/python3/dist-packages';

/**
 * Makes the node's virtual environment, which has the embedded SlapOS, unless it was already made from the same
 * requirements. Making it takes 15 to 40 seconds. Throws OperatorError when Python is not that of Debian 12, or when
 * the package index cannot be reached.
 */
export async function preparePythonEnvironment(node: NodeIdentity, onProgress: OnProgress): Promise<void> {
  const requirements = readFileSync(requirementsFile, 'utf8');
  const program = debianPython();
  const stamp = environmentStamp(requirements, program);
  const { venv } = node.layout;
  const stampFile = join(venv, '.slapos-mail-stamp');
  if (contentOf(stampFile) === stamp) return;

  await withLock(dirname(venv), 'python-environment', async () => {
    if (contentOf(stampFile) === stamp) return;
    onProgress('Python environment: preparing it');
    await mustRunAsUser(node, ['rm', '-rf', venv]);
    await mustRunAsUser(node, [python, '-m', 'venv', venv]);
    await copyNetifaces(node, join(venv, 'lib', pythonVersion, 'site-packages'));
    const pins = parseRequirements(requirements).filter(({ name }) => name !== fromDebian);
    const [tools, rest] = installationOrder(pins);
    await pipInstall(node, tools, [], onProgress);
    await pipInstall(node, rest, ['--no-build-isolation'], onProgress);
    await mustRunAsUser(node, [
      join(venv, 'bin/python'),
      '-c',
      'import slapos.grid.slapgrid, slapos.proxy, slapos.cli.entry',
    ]);
    await mustRunAsUser(node, ['sh', '-c', 'cat > "$1"', 'stamp', stampFile], { input: stamp });
  });
}

function debianPython(): string {
  let program = '';
  try {
    program = realpathSync(python);
  } catch {
    // The error below says that it is missing.
  }
  if (basename(program) === pythonVersion) return program;
  throw new OperatorError(
    `${python}: is ${program === '' ? 'missing' : basename(program)}, and the embedded SlapOS works with ${pythonVersion}; use a Debian 12 machine or container`,
  );
}

/** The package index has netifaces as C source only; Debian has it built. */
async function copyNetifaces(node: NodeIdentity, sitePackages: string): Promise<void> {
  const files = readdirSync(debianPythonModules).filter((name) => name.startsWith(fromDebian));
  await mustRunAsUser(node, [
    'cp',
    '-r',
    '--',
    ...files.map((name) => join(debianPythonModules, name)),
    sitePackages,
  ]);
}

/** Refuses files whose hashes are not those of `requirements`, one package a line. */
async function pipInstall(
  node: NodeIdentity,
  requirements: readonly string[],
  words: readonly string[],
  onProgress: OnProgress,
): Promise<void> {
  const tell = withoutRepeats(onProgress);
  const options: RunOptions = {
    environment: pipEnvironment(),
    onLine: (line) => {
      const [, step, name] = /^(Collecting|Building wheel for|Installing) ?([\w.-]+)/.exec(line.trim()) ?? [];
      if (step !== undefined)
        tell(`Python environment: ${step.toLowerCase()} ${name === 'collected' ? 'all' : name}`);
    },
  };
  const pip = [
    join(node.layout.venv, 'bin/pip'),
    '--no-input',
    '--disable-pip-version-check',
    '--no-cache-dir',
  ];
  const file = join(node.layout.venv, 'requirements.txt');
  await mustRunAsUser(node, ['sh', '-c', 'cat > "$1"', 'requirements', file], {
    input: `${requirements.join('\n')}\n`,
  });
  const { exitCode, output } = await runAsUser(
    node,
    [...pip, 'install', '--progress-bar=off', '--no-deps', '--require-hashes', ...words, '-r', file],
    options,
  );
  if (exitCode !== 0) {
    throw new OperatorError(
      `Python packages: pip could not install them; check that this machine reaches the package index (PIP_INDEX_URL and HTTPS_PROXY are honoured) and start again\n${output.trimEnd().split('\n').slice(-8).join('\n')}`,
    );
  }
}

/** The operator's settings for the package index; an ordinary user may also have a pip.conf in the home directory. */
function pipEnvironment(): Record<string, string> {
  const home = process.env['HOME'];
  return {
    ...packageIndexEnvironment(process.env),
    ...(process.getuid?.() !== 0 && home !== undefined ? { HOME: home } : {}),
  };
}

function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
