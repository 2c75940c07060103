import { isIPv4, isIPv6 } from 'node:net';

import { decodeParameters } from './json-parameter.ts';
import type { InstanceAnswer, MarshalValue, Partition, SharedRequest } from './types.ts';

type Dictionary = Readonly<Record<string, MarshalValue>>;

/**
 * Reads the answer of registerComputerPartition. Throws an Error that says what is wrong without quoting parameters.
 * A shared request whose parameters are not JSON gets a `problem`. One without a reference makes the whole answer
 * invalid: if it were left out, it would look like a destroyed one.
 */
export function readPartition(value: MarshalValue, fallbackSoftwareUrl: string | undefined): Partition {
  const partition = dictionaryAt(value, 'it');
  const details = partition['_parameter_dict'];
  if (details === undefined)
    throw new Error('it has no _parameter_dict: no instance is allocated to this partition');
  const wire = dictionaryAt(details, '_parameter_dict');
  const decoded = decodeParameters(wire['_']);
  if ('problem' in decoded) throw new Error(`the parameters of the instance: ${decoded.problem}`);
  return {
    parameters: decoded.parameters,
    sharedRequests: listAt(wire, 'slave_instance_list').map(readSharedRequest),
    addresses: readAddresses(listAt(wire, 'ip_list')),
    title: textAt(wire, 'instance_title') ?? '',
    softwareType: textAt(wire, 'slap_software_type') ?? 'default',
    softwareUrl: textAt(wire, 'slap_software_release_url') ?? fallbackSoftwareUrl ?? '',
    timestamp: textAt(wire, 'timestamp'),
  };
}

/**
 * Reads the answer of requestComputerPartition for an instance that is ready. Throws an Error as `readPartition`
 * does.
 */
export function readInstance(value: MarshalValue): InstanceAnswer {
  const instance = dictionaryAt(value, 'it');
  const guid = textAt(instance, '_instance_guid');
  const computerId = textAt(instance, 'slap_computer_id');
  const partitionId = textAt(instance, 'slap_computer_partition_id');
  return {
    state: 'ready',
    connection: readConnection(instance['_connection_dict']),
    ...(guid === undefined ? {} : { guid }),
    ...(computerId && partitionId ? { partition: { computerId, partitionId } } : {}),
  };
}

function readConnection(value: MarshalValue | undefined): Readonly<Record<string, unknown>> {
  const published = dictionaryAt(value ?? {}, '_connection_dict');
  if (published['_'] === undefined) return published;
  const decoded = decodeParameters(published['_']);
  if ('problem' in decoded) throw new Error(`what the instance published: ${decoded.problem}`);
  const { parameters } = decoded;
  if (typeof parameters === 'object' && parameters !== null && !Array.isArray(parameters)) {
    return parameters as Record<string, unknown>;
  }
  throw new Error('what the instance published: the parameter "_" is not a JSON object');
}

function readSharedRequest(value: MarshalValue, index: number): SharedRequest {
  const item = dictionaryAt(value, `slave_instance_list[${index}]`);
  const reference = textAt(item, 'slave_reference');
  if (!reference) throw new Error(`slave_instance_list[${index}] has no slave_reference`);
  return { reference, parameters: undefined, ...decodeParameters(item['_']) };
}

function readAddresses(list: readonly MarshalValue[]): Partition['addresses'] {
  const addresses = list.map((item) =>
    Array.isArray(item) ? (item as readonly MarshalValue[])[1] : undefined,
  );
  const texts = addresses.filter((address) => typeof address === 'string');
  // An address with a zone, such as fe80::1%eth0, is valid on one link only.
  const ipv6 = texts.filter((address) => isIPv6(address) && !address.includes('%')).sort();
  return { ipv6: ipv6[0], ipv4: texts.find((address) => isIPv4(address)) };
}

function dictionaryAt(value: MarshalValue, name: string): Dictionary {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Dictionary;
  throw new Error(`${name} is not a dictionary`);
}

function textAt(dictionary: Dictionary, name: string): string | undefined {
  const value = dictionary[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  // The master's timestamps may be numbers.
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  throw new Error(`${name} is not a text`);
}

function listAt(dictionary: Dictionary, name: string): readonly MarshalValue[] {
  const value = dictionary[name] ?? [];
  if (Array.isArray(value)) return value as readonly MarshalValue[];
  throw new Error(`${name} is not a list`);
}
