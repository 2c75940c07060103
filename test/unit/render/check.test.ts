import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { expect } from 'chai';

import { readParameterFile } from '../../../src/parameters/file.ts';
import { definitionOf } from '../../../src/releases/releases.ts';
import { checkParameterFile } from '../../../src/render/check.ts';
import { readStackLayer } from '../../../src/render/stack-layer.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const stackLayer = fileURLToPath(new URL('../../../software/stack/debian.cfg', import.meta.url));
const server = 'mail-domains: [a.example]\ninbound-relay: { enable: false }\n';

describe('what a server would say to a parameter file', () => {
  const folder = temporaryFolder();

  async function check(text: string, type = 'default') {
    const path = join(folder(), 'mail1.yaml');
    await writeFile(path, text);
    const file = await readParameterFile(path, type);
    const { problems, warnings, content } = checkParameterFile(
      file,
      definitionOf(file.softwareType),
      await readStackLayer(stackLayer),
    );
    const short = (sentence: string) => sentence.replace(`${folder()}/`, '');
    return { problems: problems.map(short), warnings: warnings.map(short), content };
  }

  it('is nothing where all is well', async () => {
    expect(await check(`${server}---\naddress: alice@a.example\n`)).to.deep.equal({
      problems: [],
      warnings: [],
      content: 'an instance and 1 shared request',
    });
  });

  it('names the line of what is wrong with the instance, bare or wrapped', async () => {
    expect((await check('\nmail-domain: [a.example]\n')).problems).to.deep.equal([
      'mail1.yaml:2: /: lacks "mail-domains"; add it',
      'mail1.yaml:2: /mail-domain: unknown; did you mean "mail-domains"?',
    ]);
    const { problems } = await check('parameters:\n  mail-domains: [a.example]\n  email-size-limit: 0\n');
    expect(problems).to.deep.equal(['mail1.yaml:3: /email-size-limit: 0 is too small; the least is 1']);
  });

  it('names the line of what is wrong with a shared request, wherever it stands', async () => {
    const bad = "{ address: 'b ob@a.example' }";
    for (const { text, line, name } of [
      { text: `${server}---\n# bob\naddress: 'b ob@a.example'\n`, line: 5, name: '' },
      {
        text: `parameters: { mail-domains: [a.example] }\nshared:\n  _bob:\n    address: b ob@a.example\n`,
        line: 4,
        name: '_bob: ',
      },
      { text: `parameters: { mail-domains: [a.example] }\nshared:\n  - ${bad}\n`, line: 3, name: '' },
      {
        text: `parameters: { mail-domains: [a.example] }\nshared:\n  - reference: _bob\n    parameters: ${bad}\n`,
        line: 4,
        name: '_bob: ',
      },
    ]) {
      const { problems } = await check(text);
      expect(problems, text).to.have.length(1);
      expect(problems[0], text).to.match(
        new RegExp(`^mail1\\.yaml:${line}: ${name}address_invalid: /address: "b ob@`),
      );
    }
  });

  it('says what requests come to together', async () => {
    const requests = [
      'address: alice@a.example',
      'address: ALICE@a.example',
      'kind: alias\naddress: one@a.example\ndestinations: [two@a.example]',
      'kind: alias\naddress: two@a.example\ndestinations: [one@a.example]',
      'kind: alias\naddress: none@a.example\ndestinations: [nobody@a.example]',
      'kind: alias\naddress: some@a.example\ndestinations: [nobody@a.example, alice@a.example]',
      'address: bob@other.example',
    ];
    const { problems, warnings } = await check([server.trimEnd(), ...requests].join('\n---\n'));
    expect(problems.map((problem) => /: (\w+): /.exec(problem)?.[1])).to.have.members([
      'address_already_used',
      'loop',
      'destination_unknown',
      'destination_unknown',
    ]);
    expect(problems).to.include(
      'mail1.yaml:6: address_already_used: alice@a.example is held by another request; choose another address',
    );
    expect(warnings).to.have.length(2);
    expect(warnings[0]).to.equal('mail1.yaml:20: warning: nobody receives mail for nobody@a.example');
    expect(warnings[1]).to.match(/^mail1\.yaml:24: warning: domain_not_hosted: /);
  });

  it('is told of shared requests alone, as if their domain were hosted', async () => {
    const account = 'address: alice@a.example\n';
    expect(await check(account)).to.deep.equal({ problems: [], warnings: [], content: '1 shared request' });
    expect((await check(`${account}---\naddress: 5\n`)).problems).to.deep.equal([
      'mail1.yaml:3: parameters_invalid: /address: 5 is no text; write it between quotes, "5"',
    ]);
    const domain = 'name: a.example\nmail-server-host: a host\n';
    expect((await check(domain, 'cluster')).problems[0]).to.match(
      /^mail1\.yaml:2: .*\/mail-server-host: "a host" is not/,
    );
  });

  it('decides nothing for a cluster, which needs the DNS', async () => {
    const text = await readFile(
      new URL('../../golden/relay-cluster/parameters.yaml', import.meta.url),
      'utf8',
    );
    expect((await check(text, 'cluster')).warnings).to.deep.equal([]);
  });
});
