import { mustRunAsUser, runAsUser, writeAsUser, type NodeIdentity } from '../run-as-user.ts';

/**
 * Puts the Node.js that runs us where the instances find it first, as `bin/node` of the node: a link, or a copy if the
 * node's user cannot run it where it is (root's own nvm, for instance).
 */
export async function prepareNodeProgram(node: NodeIdentity): Promise<void> {
  const { nodeProgram, binDirectory } = node.layout;
  const ours = process.execPath;
  if (await hasVersion(node, nodeProgram)) return;
  await mustRunAsUser(node, ['mkdir', '-p', binDirectory]);
  if (await hasVersion(node, ours)) {
    await mustRunAsUser(node, ['ln', '-sfn', ours, nodeProgram]);
  } else {
    await writeAsUser(node, nodeProgram, '0750', { inputFile: ours });
  }
}

async function hasVersion(node: NodeIdentity, program: string): Promise<boolean> {
  // By way of env: what setpriv itself runs is still found with root's rights.
  const { exitCode, output } = await runAsUser(node, ['env', program, '--version']);
  return exitCode === 0 && output.trim() === process.version;
}
