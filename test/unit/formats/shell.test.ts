import { execFileSync } from 'node:child_process';

import { expect } from 'chai';
import fc from 'fast-check';

import { shellCommand, shellWord } from '../../../src/formats/shell.ts';

/** The words as a real shell reads them: many commands in one script, for speed. */
function wordsOf(commands: readonly string[]): string[][] {
  const script = commands.map((command) => `printf '%s\\0' ${command}; printf '\\n\\0'`).join('\n');
  const output = execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  const lists: string[][] = [[]];
  for (const word of output.split('\0').slice(0, -1)) {
    if (word === '\n') lists.push([]);
    else lists.at(-1)?.push(word);
  }
  return lists.slice(0, -1);
}

describe('words for a shell', function () {
  this.timeout(20_000);
  it('are left alone when they mean nothing to it', () => {
    expect(shellCommand(['/usr/sbin/dovecot', '-F', '-c', 'a=b,c.conf'])).to.equal(
      '/usr/sbin/dovecot -F -c a=b,c.conf',
    );
  });

  it('are quoted when they do, and an empty one is a word as well', () => {
    expect(shellWord('a b')).to.equal("'a b'");
    expect(shellWord("it's")).to.equal(`'it'\\''s'`);
    expect(shellWord('')).to.equal("''");
  });

  it('are read by a real shell as they were written', () => {
    const nasty = [
      '$(id)',
      '`id`',
      '$HOME',
      'a;b',
      '*',
      '~',
      '\\',
      '"',
      "'",
      "''",
      'a\tb',
      '-n',
      '#',
      '&',
      '!',
      '\r',
    ];
    const word = fc.oneof(
      fc.constantFrom(...nasty),
      // A lone surrogate has no UTF-8; a NUL cannot be in an argument; our own separator would end a list.
      fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\u0000') && text !== '\n'),
    );
    const [lists] = fc.sample(fc.array(fc.array(word), { minLength: 200, maxLength: 300 }), 1);
    const wanted = (lists ?? []).filter((list) => list.length > 0);
    expect(wordsOf(wanted.map(shellCommand))).to.deep.equal(wanted);
  });
});
