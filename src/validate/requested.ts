/** What was requested, as the master or a parameter file says it; nothing of it is trusted. */

export interface RequestedInstance {
  softwareType: string;
  parameters: unknown;
  sharedRequests: readonly SharedRequest[];
}

export interface SharedRequest {
  reference: string;
  parameters: unknown;
  /** Set when the parameters could not even be decoded. */
  problem?: string;
  /** Set when the server fails at it: what its requester is told. */
  fault?: string;
}

/** What the requester is told when the server failed at his request. */
export const serverFault =
  'server_fault: the server failed at this request, by a fault of its own; what it held stays as it is. Tell the server\u2019s operator, who finds the reason in the log of the processing';
