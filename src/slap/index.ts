export { MasterRefusal } from './failure.ts';
export { marshal } from './marshal.ts';
export { connectToMaster } from './master.ts';
export type * from './types.ts';
export { unmarshal } from './unmarshal.ts';
