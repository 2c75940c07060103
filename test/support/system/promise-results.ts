/** What the promises of a partition say now, and other values for what they compare with. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

import { expect } from 'chai';

import type { LocalNode } from '../../../src/local-node/lifecycle/node.ts';
import { eventually } from './eventually.ts';

/** Name → message of the promises that fail now, of one partition or of all. */
export async function failingPromises(node: LocalNode, partition?: string): Promise<Map<string, string>> {
  return failuresIn(await checkedPromises(node, partition));
}

/** What a check of all promises prints. */
async function checkedPromises(node: LocalNode, partition?: string): Promise<string> {
  return (await node.checkPromises(partition === undefined ? undefined : [basename(partition)])).output;
}

function failuresIn(output: string): Map<string, string> {
  return new Map(
    [...output.matchAll(/ (\S+)\.py\[\d+\] ERROR (.*)$/gm)].map(([, name = '', message = '']) => [
      name,
      message,
    ]),
  );
}

/** Every promise of the partition is looked at, its folder of plugins and what a check prints name the same ones, and none fails. */
export async function expectEveryPromiseKept(node: LocalNode, partition: string): Promise<void> {
  const output = await checkedPromises(node, partition);
  const checked = [...output.matchAll(/Checking promise (\S+\.py)/g)].map(([, name]) => name);
  const plugins = (await readdir(join(partition, 'etc/plugin'))).filter((name) => /^[a-z].*\.py$/.test(name));
  expect(plugins).not.to.deep.equal([]);
  expect([...new Set(checked)]).to.have.members(plugins);
  expect([...failuresIn(output)]).to.deep.equal([]);
}

/**
 * These fail, with such messages, and no others do. What was started a moment ago, to mend what failed before, may take
 * its time.
 */
export function expectFailingPromises(
  node: LocalNode,
  partition: string,
  expected: Readonly<Record<string, RegExp>>,
): Promise<true> {
  return eventually(
    'promises fail as expected',
    async () => {
      const messages = await failingPromises(node, partition);
      expect([...messages.keys()], [...messages].join('\n')).to.have.members(Object.keys(expected));
      for (const [name, pattern] of Object.entries(expected)) expect(messages.get(name)).to.match(pattern);
      return true;
    },
    60_000,
  );
}

/** Writes another value into the configuration of a promise; its file keeps its owner and mode. */
export async function configurePromise(
  partition: string,
  promise: string,
  key: string,
  value: string,
): Promise<void> {
  const path = join(partition, `etc/plugin/${promise}.py`);
  const text = await readFile(path, 'utf8');
  const option = new RegExp(`('${key}': )'[^']*'`);
  expect(text).to.match(option);
  await writeFile(path, text.replace(option, `$1'${value}'`));
}
