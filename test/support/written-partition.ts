/** A golden scenario written into a folder as stage 6 writes a partition: real openssl, real postmap, the node's user. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { execa } from 'execa';

import { changeLedger, ledgerStore } from '../../src/ledger/store.ts';
import { emptyLedger } from '../../src/ledger/types.ts';
import { type Answers, nothingOutside } from '../../src/model/answers.ts';
import type { Place } from '../../src/model/place.ts';
import { commandAs } from '../../src/local-node/user.ts';
import { prepareUser } from '../../src/local-node/setup/system-user.ts';
import { readParameterFile } from '../../src/parameters/file.ts';
import { provision } from '../../src/converge/provision/provision.ts';
import type { Plan } from '../../src/plan/planned.ts';
import { definitionOf } from '../../src/releases/releases.ts';
import { type RenderedFile, renderFiles } from '../../src/render/files.ts';
import { writeFiles, writeFolders } from '../../src/converge/write/write-plan.ts';
import { render } from './mail-server-run.ts';
import { placeWith, portsOf } from './place.ts';

export interface Finished {
  exitCode: number | undefined;
  stdout: string;
  stderr: string;
}

export interface WrittenPartition {
  place: Place;
  plan: Plan;
  files: readonly RenderedFile[];
  /** Absolute path of what is in the partition. */
  at: (path: string) => string;
  /** Runs a program of the stack as the partition's user, in the environment of Postfix's programs. */
  run: (program: string, ...args: string[]) => Promise<Finished>;
  /** The same, with what it reads on standard input. */
  runWith: (input: string, program: string, ...args: string[]) => Promise<Finished>;
  /** Gives what a test wrote to the partition's user. */
  ownAll: () => Promise<void>;
  /** Throws RequesterError where other parameters would be refused. */
  validate: (parameters: object) => void;
  /** Writes it for other parameters, with the same certificates and secrets; gives the new files. Throws RequesterError. */
  rewrite: (parameters: object) => Promise<readonly RenderedFile[]>;
  remove: () => Promise<void>;
}

const scenarios = fileURLToPath(new URL('../golden/', import.meta.url));

/** `answers`: what other instances said, as `render` has none. */
export async function writePartition(scenario: string, answers: Answers = {}): Promise<WrittenPartition> {
  const file = await readParameterFile(join(scenarios, scenario, 'parameters.yaml'), 'default');
  const user = await prepareUser();
  const folder = await mkdtemp(join(tmpdir(), 'slapos-mail-'));
  const partition = join(folder, 'slappart0');
  await mkdir(partition, { mode: 0o750 });
  const instance = definitionOf(file.softwareType).validate(file);
  const place = placeWith({
    partition,
    // Only postgrey is told the group's name; the user has a group of its own name.
    user: { ...user, group: user.name },
    ipv6: file.instance.ipv6,
    ipv4: file.instance.ipv4,
    title: file.instance.title,
    ports: portsOf(instance.services),
  });
  const seed = new Uint8Array(32);
  const outside = { ...nothingOutside, answers };
  const provided = await provision(
    place,
    instance.services,
    ledgerStore(partition),
    instance.needs({ ledger: emptyLedger, place }),
  );
  const write = async (planned: Plan): Promise<readonly RenderedFile[]> => {
    const rendered = renderFiles(planned.files, render);
    await writeFolders(partition, planned.folders);
    await writeFiles(partition, rendered, {
      postmap: place.programs['postmap'] ?? 'postmap',
      type: place.stackFacts['postfix-table-type'] ?? 'cdb',
    });
    return rendered;
  };
  const facts = { ledger: emptyLedger, place, provided, seed, outside };
  const plan = instance.plan(facts);
  const files = await write(plan);
  await changeLedger(ledgerStore(partition), () => ({ ledger: plan.ledger, result: undefined }));
  const validated = (parameters: object) => definitionOf(file.softwareType).validate({ ...file, parameters });
  const ownAll = async () => {
    if (process.getuid?.() === 0) await execa('chown', ['-R', `${user.uid}:${user.gid}`, folder]);
  };
  await ownAll();
  const runWith: WrittenPartition['runWith'] = async (input, program, ...args) => {
    const [command = '', ...rest] = commandAs(user, [place.programs[program] ?? program, ...args]);
    const { exitCode, stdout, stderr } = await execa(command, rest, {
      reject: false,
      cwd: '/',
      extendEnv: false,
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C.UTF-8' },
      input,
    });
    return { exitCode, stdout, stderr };
  };
  return {
    place,
    plan,
    files,
    at: (path) => join(partition, path),
    run: (program, ...args) => runWith('', program, ...args),
    runWith,
    ownAll,
    validate: (parameters) => void validated(parameters),
    async rewrite(parameters) {
      const written = await write(validated(parameters).plan(facts));
      await ownAll();
      return written;
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
