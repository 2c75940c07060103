// The form fields of calls, as the classic protocol names them.
import { encodeParameters } from './json-parameter.ts';
import { marshal } from './marshal.ts';
import type { InstanceRequest, MarshalValue, SlapConnection } from './types.ts';

/** What requestComputerPartition is told of the wish. */
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

/** True when it is a partition that asks, not a plain user. */
export const isPartition = (connection: SlapConnection): boolean =>
  connection.computerId !== undefined && connection.partitionId !== undefined;

/** The two fields that name the asking partition. */
export function partitionOf({
  computerId,
  partitionId,
}: SlapConnection): Record<'computer_id' | 'computer_partition_id', string> {
  if (computerId !== undefined && partitionId !== undefined) {
    return { computer_id: computerId, computer_partition_id: partitionId };
  }
  throw new Error('a connection without computerId and partitionId can only request');
}

/** Masters take an empty reference, and slapproxy also "None", for the instance itself: its values would be replaced. */
export function referenceField(reference: string | undefined): Record<string, string> {
  if (reference === '' || reference === 'None')
    throw new Error(`"${reference}" is not the reference of a shared instance`);
  return reference === undefined ? {} : { slave_reference: reference };
}

/** The same for people. */
export const forWhom = (reference: string | undefined): string =>
  reference === undefined ? '' : ` for the shared instance ${JSON.stringify(reference)}`;
