/** The tools of a relay node's administrators, run by the shells that they use. */
import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

import { expect } from 'chai';

import { contents } from '../../../support/mail-server-run.ts';
import { processNode } from '../../../support/relay-run.ts';

const run = promisify(execFile);

describe('the tools of a relay node', () => {
  let partition: string;

  before(async () => {
    partition = await mkdtemp(join(tmpdir(), 'relay-tools-'));
    const files = [...contents(processNode({}, { partition }).plan)].filter(
      ([path]) => path.startsWith('bin/') || /^libexec\/.*-tools\//.test(path),
    );
    // Buildout's wrappers: here they only tell who they are, and fail when told to.
    const wrappers = ['inbound', 'outbound'].flatMap((service) =>
      ['mailq', 'qshape'].map((name): [string, string] => [
        `bin/${service}-${name}`,
        `#!/bin/sh\necho ${service}-${name} "$@"\ntest "$1" != fail-${service}\n`,
      ]),
    );
    for (const [path, text] of [...files, ...wrappers]) {
      await mkdir(dirname(join(partition, path)), { recursive: true });
      await writeFile(join(partition, path), text);
      await chmod(join(partition, path), 0o700);
    }
  });
  after(() => rm(partition, { recursive: true }));

  const inShell = async (shell: string, script: string): Promise<string[]> => {
    const { stdout } = await run(shell, ['-euc', `cd ${partition}\n${script}`]);
    return stdout.trim().split('\n');
  };

  for (const shell of ['sh', 'bash']) {
    it(`are those of the Postfix that was activated in ${shell}, until another one is or none`, async () => {
      const path = process.env['PATH'] ?? '';
      expect(
        await inShell(
          shell,
          [
            ...['. bin/activate-inbound', 'mailq one', "sh -c 'mailq two'"],
            ...['. ./bin/activate-outbound', 'mailq three', 'echo "$PATH"'],
            ...['deactivate_postfix', 'echo "$PATH"'],
          ].join('\n'),
        ),
      ).to.deep.equal([
        ...['inbound-mailq one', 'inbound-mailq two', 'outbound-mailq three'],
        ...[`${partition}/libexec/outbound-tools:${path}`, path],
      ]);
    });
  }

  it('say in the prompt which Postfix they are of', async () => {
    const script = 'PS1=\'$ \'\n. bin/activate-inbound\n. bin/activate-outbound\necho "$PS1"';
    expect(await inShell('bash', `${script}\ndeactivate_postfix\necho "$PS1"`)).to.deep.equal([
      '(outbound) $ ',
      '$',
    ]);
  });

  it('run one command for one Postfix', async () => {
    expect(await inShell('sh', 'bin/activate-outbound mailq "a b"')).to.deep.equal(['outbound-mailq a b']);
  });

  it('explain themselves when no command is given', async () => {
    const error = await run(join(partition, 'bin/activate-inbound')).catch((caught: unknown) => caught);
    expect(error).to.include({ code: 2 });
    expect((error as { stderr: string }).stderr).to.contain(`". ${partition}/bin/activate-inbound"`);
  });

  it('show both where none is named, and fail when one of them does', async () => {
    for (const tool of ['mailq', 'qshape']) {
      const both = ['== inbound', `inbound-${tool} x`, '== outbound', `outbound-${tool} x`];
      expect(await inShell('sh', `bin/${tool} x`)).to.deep.equal(both);
    }
    const failed = await run(join(partition, 'bin/qshape'), ['fail-inbound']).catch(
      (caught: unknown) => caught,
    );
    expect(failed).to.include({ code: 1 });
    expect((failed as { stdout: string }).stdout).to.contain('outbound-qshape');
  });
});
