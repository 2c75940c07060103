import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { expect } from 'chai';

import { OperatorError } from '../../../../src/errors.ts';
import { readStack } from '../../../../src/converge/survey/stack.ts';
import { runProgram } from '../../../../src/host/run-program.ts';
import { readStackLayer } from '../../../../src/render/stack-layer.ts';
import { surveyPlace } from '../../../../src/converge/survey/survey.ts';
import { emptyLedger } from '../../../../src/ledger/types.ts';
import { placeWith } from '../../../support/place.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

async function failure(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(
    () => 'nothing failed',
    (reason: unknown) => reason,
  );
  expect(error).to.be.instanceOf(OperatorError);
  return (error as OperatorError).message;
}

describe('the programs of the stack layer', () => {
  const folder = temporaryFolder();

  async function stackFile(programs: Record<string, { path: string; package: string }>): Promise<string> {
    const path = join(folder(), 'programs.json');
    await writeFile(path, JSON.stringify(programs));
    await writeFile(join(folder(), 'facts.json'), JSON.stringify({ 'postfix-table-type': 'cdb' }));
    return path;
  }

  it('are paths by name, with the facts of the layer', async () => {
    const path = await stackFile({ sh: { path: '/bin/sh', package: 'dash' } });
    expect(await readStack(path, ['sh'])).to.deep.equal({
      programs: { sh: '/bin/sh' },
      facts: { 'postfix-table-type': 'cdb' },
    });
  });

  it('that are missing are all named, with the package of each', async () => {
    const path = await stackFile({
      sh: { path: '/bin/sh', package: 'dash' },
      dovecot: { path: '/nowhere/dovecot', package: 'dovecot-core' },
      postmap: { path: '/nowhere/postmap', package: 'postfix' },
    });
    expect(await failure(readStack(path, ['sh', 'dovecot', 'postmap']))).to.equal(
      'programs are missing on this node, install their packages: ' +
        'dovecot (/nowhere/dovecot, package dovecot-core), postmap (/nowhere/postmap, package postfix)',
    );
  });

  it('each have a package in the layer for Debian', async () => {
    const path = fileURLToPath(new URL('../../../../software/stack/debian.cfg', import.meta.url));
    const { programs, facts } = await readStackLayer(path);
    const [, packages = ''] = (await readFile(path, 'utf8')).split(/^\[packages\]$/m);
    expect(facts).to.deep.equal({ 'postfix-table-type': 'cdb' });
    for (const [name, program] of Object.entries(programs)) {
      expect(program, name).to.match(/^\/[a-zA-Z0-9/._-]+$/);
      expect(packages).to.match(new RegExp(`^${name} = [a-z0-9-]+$`, 'm'));
    }
  });

  it('that fail are named with the end of what they said', async () => {
    expect(await failure(runProgram('/bin/sh', ['-c', 'echo first; echo reason >&2; exit 3']))).to.equal(
      '/bin/sh failed: reason',
    );
    expect(await failure(runProgram('/nowhere/postmap', []))).to.match(
      /^\/nowhere\/postmap failed: .*ENOENT/,
    );
    expect(await runProgram('/bin/echo', ['fine'])).to.equal('fine\n');
  });
});

describe('a survey of the node', () => {
  const folder = temporaryFolder();
  const survey = (partition: string, ipv6: string | undefined) =>
    surveyPlace(
      {
        partition,
        release: '/opt/slapos-mail',
        programs: join(folder(), 'programs.json'),
        eggsDirectory: '/e',
        developEggsDirectory: '/d',
        connection: placeWith().connection,
      },
      { title: 'mail one', addresses: { ipv6, ipv4: undefined } },
      emptyLedger,
      { services: [], programs: [] },
    );

  it('refuses a path that a configuration file could read as something else', async () => {
    for (const path of [
      'relative',
      '/with blank',
      '/with$dollar',
      '/with{brace',
      '/with%percent',
      '/x\ny',
      '/a:b',
    ]) {
      expect(await failure(survey(path, '::1')), path).to.contain('use a path of letters, digits');
    }
  });

  it('refuses a partition without an IPv6 address', async () => {
    expect(await failure(survey('/srv/slapgrid/slappart0', undefined))).to.equal(
      'the partition has no IPv6 address; format the node with one',
    );
  });
});
