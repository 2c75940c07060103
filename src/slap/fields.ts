/** The form fields of calls, as the classic SLAP protocol names them. */
import { encodeParameters } from './json-parameter.ts';
import { marshal } from './marshal.ts';
import type { InstanceRequest, MarshalValue, SlapConnection } from './types.ts';

/** The fields of requestComputerPartition that describe the request. */
export function requestFields(request: InstanceRequest): Record<string, string> {
  return {
    software_release: request.softwareUrl,
    software_type: request.softwareType,
    partition_reference: request.name,
    shared_xml: marshal(request.shared),
    partition_parameter_xml: marshal(
      request.serialisation === 'xml'
        ? (request.parameters as MarshalValue)
        : encodeParameters(request.parameters),
    ),
    filter_xml: marshal(request.filter ?? {}),
    state: marshal(request.state ?? null),
  };
}

/** True when a partition makes the call, false when a user does. */
export const isPartition = (connection: SlapConnection): boolean =>
  connection.computerId !== undefined && connection.partitionId !== undefined;

/** The two fields that name the calling partition. */
export function partitionOf({
  computerId,
  partitionId,
}: SlapConnection): Record<'computer_id' | 'computer_partition_id', string> {
  if (computerId !== undefined && partitionId !== undefined) {
    return { computer_id: computerId, computer_partition_id: partitionId };
  }
  throw new Error('a connection without computerId and partitionId can only request');
}

/**
 * Refuses an empty reference, and "None": masters (slapproxy for "None") take them for the instance itself, whose
 * values would be replaced.
 */
export function referenceField(reference: string | undefined): Record<string, string> {
  if (reference === '' || reference === 'None')
    throw new Error(`"${reference}" is not the reference of a shared instance`);
  return reference === undefined ? {} : { slave_reference: reference };
}

/** Names the shared instance in the words of an error; empty without a reference. */
export const forSharedInstance = (reference: string | undefined): string =>
  reference === undefined ? '' : ` for the shared instance ${JSON.stringify(reference)}`;
