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
}
