import { mustRunAsUser, runAsUser, writeAsUser, type NodeIdentity } from '../run-as-user.ts';

/**
 * Makes the Node.js of this process the one that instances find first: `bin/node` of the node is a link to it, or a
 * copy if the node's user cannot run the original, for instance when it is in root's home directory.
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
  // By env, because setpriv still has root's rights when it looks for the program that it runs.
  const { exitCode, output } = await runAsUser(node, ['env', program, '--version']);
  return exitCode === 0 && output.trim() === process.version;
}
