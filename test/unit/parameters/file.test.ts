import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';

import { RequesterError } from '../../../src/errors.ts';
import { readParameterFile } from '../../../src/parameters/file.ts';
import { lineOf } from '../../../src/parameters/text.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

describe('a parameter file', () => {
  const folder = temporaryFolder();

  async function read(text: string, name = 'mail1.yaml', type = 'default') {
    await writeFile(join(folder(), name), text);
    return readParameterFile(join(folder(), name), type);
  }

  it('may hold the parameters alone', async () => {
    expect(await read('mail-domains: [a.example]\n')).to.deep.include({
      softwareType: 'default',
      parameters: { 'mail-domains': ['a.example'] },
      sharedRequests: [],
      instance: { title: 'mail1', ipv6: '2001:db8::1', ipv4: null, partition: '/srv/slapgrid/slappart0' },
    });
  });

  it('may hold software type, shared requests and facts of the partition around them', async () => {
    const file = await read(
      'parameters: {}\nsoftware-type: default-ors\ninstance: { title: t, ipv6: "::1", ipv4: 127.0.0.1, partition: /p }\n' +
        'shared:\n  - { reference: _a, address: a }\n  - { reference: _b, parameters: { address: b } }\n  - { address: c }\n',
    );
    expect(file.softwareType).to.equal('default-ors');
    expect(file.instance).to.deep.equal({ title: 't', ipv6: '::1', ipv4: '127.0.0.1', partition: '/p' });
    expect(file.sharedRequests).to.deep.equal([
      { reference: '_a', parameters: { address: 'a' } },
      { reference: '_b', parameters: { address: 'b' } },
      { reference: '_shared3', parameters: { address: 'c' } },
    ]);
  });

  it('may hold shared requests by reference, in order', async () => {
    const { sharedRequests } = await read(
      'parameters: {}\nshared: { _b: { address: b }, _a: { address: a } }\n',
    );
    expect(sharedRequests.map(({ reference }) => reference)).to.deep.equal(['_b', '_a']);
  });

  it('may hold shared requests as further documents, whatever is around the parameters', async () => {
    for (const first of ['mail-domains: [a.example]\n', 'parameters: { mail-domains: [a.example] }\n']) {
      const { parameters, sharedRequests, sharedSources } = await read(
        `${first}---\naddress: a\n---\naddress: b\n`,
      );
      expect(parameters).to.deep.equal({ 'mail-domains': ['a.example'] });
      expect(sharedRequests).to.deep.equal([
        { reference: '_shared2', parameters: { address: 'a' } },
        { reference: '_shared3', parameters: { address: 'b' } },
      ]);
      expect(sharedSources.map(({ document }) => document)).to.deep.equal([1, 2]);
    }
  });

  it('may hold shared requests alone', async () => {
    const { parameters, source, sharedRequests } = await read('address: a\n---\naddress: b\n');
    expect([parameters, source]).to.deep.equal([undefined, null]);
    expect(sharedRequests.map((request) => request.parameters)).to.deep.equal([
      { address: 'a' },
      { address: 'b' },
    ]);
  });

  it('is refused when it is no YAML, empty, or no list of requests', async () => {
    for (const text of ['a: [1', 'a: 1\n---\nb: [\n', '', '# nothing\n', 'parameters: {}\nshared: text\n']) {
      const error: unknown = await read(text).catch((reason: unknown) => reason);
      expect(error, JSON.stringify(text)).to.be.instanceOf(RequesterError);
      expect((error as RequesterError).problems[0]).to.contain('mail1.yaml: ');
    }
  });

  it('is refused when a fact of the partition is no text', async () => {
    for (const [pointer, text] of [
      ['/instance/title', 'instance: { title: 2026 }'],
      ['/instance/ipv6', 'instance: { ipv6: [] }'],
      ['/software-type', 'software-type: 7'],
    ] as const) {
      const error: unknown = await read(`parameters: {}\n${text}\n`).catch((reason: unknown) => reason);
      expect(error, text).to.be.instanceOf(RequesterError);
      expect((error as RequesterError).problems[0]).to.match(
        new RegExp(`mail1\\.yaml: ${pointer}: .* is no text; write it between quotes$`),
      );
    }
  });

  it('is refused when one key stands twice', async () => {
    const error: unknown = await read('mail-domains: [a.example]\nmail-domains: [b.example]\n').catch(
      (reason: unknown) => reason,
    );
    expect(String(error)).to.match(/mail1\.yaml: "mail-domains" stands twice/);
  });

  it('is read in JSON as any other parser of JSON reads it', async () => {
    const parameters = {
      'mail-domains': ['a.example', 'a: b, "c": {'],
      '__proto__ ': { 'x\\"\t\u007f': [1.5e3, null, true, '\ud83d\ude00'] },
    };
    const shared = { 10: { address: 'a' }, b: {}, '': [] };
    for (const indentation of [undefined, 2, '\t']) {
      const text = JSON.stringify({ parameters, shared }, null, indentation);
      const content = await read(text, 'mail1.json');
      expect(content.parameters, String(indentation)).to.deep.equal(parameters);
      expect(content.sharedRequests.map(({ reference }) => reference)).to.deep.equal(['10', 'b', '']);
    }
  });

  it('is refused with every fault of it, each with its line', async () => {
    const text = 'a: 1\na: 2\nb: @x\nc: 3\nc: 4\n';
    const error: unknown = await read(text).catch((reason: unknown) => reason);
    expect((error as RequesterError).problems).to.have.length(3);
    expect(String(error))
      .to.match(/"a" stands twice .* line 2/)
      .and.match(/"c" stands twice .* line 5/);
  });

  it('is refused where two readers of YAML would read different things', async () => {
    for (const text of ['? [a]\n: b\n', 'a: !!binary aGVsbG8=\n', 'a: !anything b\n', '1: a\n"1": b\n']) {
      const error: unknown = await read(text).catch((reason: unknown) => reason);
      expect(error, JSON.stringify(text)).to.be.instanceOf(RequesterError);
      expect((error as RequesterError).problems[0]).to.match(/^\S*mail1\.yaml: .*\d/);
    }
  });

  it('is refused in JSON, with the line, when one key stands twice', async () => {
    const text = '{"parameters": {},\n "shared": {"_a": {"address": "a"},\n "_\\u0061" : {"address": "b"}}}';
    const error: unknown = await read(text).catch((reason: unknown) => reason);
    expect(String(error)).to.match(/mail1\.yaml: "_a" stands twice in one map, again at line 3/);
  });

  for (const { text, reason } of [
    { text: '{\n "mail-domains": ["a.example"], // mine\n}', reason: /bad\.json:2: is no JSON \(/ },
    { text: '{"mail-domains": ["a.example"],}', reason: /bad\.json:1: is no JSON \(/ },
    { text: 'mail-domains: [a.example]', reason: /bad\.json:1: is no JSON \(/ },
    { text: '{"mail-domains": [', reason: /bad\.json:1: is no JSON \(/ },
    { text: 'null', reason: /bad\.json: is empty; write at least mail-domains: \[example\.com\]/ },
  ]) {
    it(`is refused as ${JSON.stringify(text)} where its name says JSON, which the client would not read`, async () => {
      expect(String(await read(text, 'bad.json').catch((error: unknown) => error))).to.match(reason);
    });
  }

  it('is refused when it is a folder or is not there', async () => {
    const refusal = (path: string) =>
      readParameterFile(path, 'default').catch((error: unknown) => String(error));
    expect(await refusal(folder())).to.contain(`${folder()}: is a folder; give`);
    expect(await refusal(join(folder(), 'none'))).to.contain('none: there is no such file; give');
  });
});

describe('the line of a value', () => {
  const text = [
    '# of a server',
    'mail-domains:',
    '  - a.example',
    '  - "b"',
    '---',
    'address: x',
    'a/b: { c: 1 }',
  ].join('\n');
  for (const { document, pointer, line } of [
    { document: 0, pointer: '', line: 2 },
    { document: 0, pointer: '/mail-domains', line: 2 },
    { document: 0, pointer: '/mail-domains/1', line: 4 },
    { document: 0, pointer: '/mail-domains/7', line: 2 },
    { document: 0, pointer: '/unknown/below', line: 2 },
    { document: 1, pointer: '', line: 6 },
    { document: 1, pointer: '/a~1b/c', line: 7 },
    { document: 9, pointer: '/address', line: 1 },
  ]) {
    it(`is ${line} for "${pointer}" in document ${document + 1}`, () => {
      expect(lineOf(text, document, pointer)).to.equal(line);
    });
  }
});
