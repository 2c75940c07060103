export type { LocalNode, NodeRequest, Settled, SettleOptions } from './local-node.ts';
export type { NodeLayout } from './node-layout.ts';
export type { NodeUser } from './node-user.ts';
export type { OnProgress } from './progress.ts';
export type { NodeIdentity } from './run-as-user.ts';
export type { Service } from './services.ts';
export {
  existingMachine,
  nodeDirectory,
  prepareMachine,
  type MachineOptions,
} from './setup/prepare-machine.ts';
export type { InstanceOptions, InstancePass } from './slapgrid.ts';
export type { PartitionFailure } from './slapgrid-output.ts';
export { startLocalNode, type StartOptions } from './start-node.ts';
