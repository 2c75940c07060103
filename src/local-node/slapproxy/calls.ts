/** Calls to slapproxy that only the owner of a node makes; src/slap/ has those of requesters and partitions. */
import type { Call } from '../../slap/call.ts';
import { callMaster } from '../../slap/call-master.ts';
import { routeTo } from '../../slap/route.ts';
import { marshal, unmarshal, type MarshalValue } from '../../slap/index.ts';
import { partitionAddresses, type PartitionAddresses } from '../partition-addresses.ts';
import { partitionId } from '../layout.ts';
import { computerId } from '../slapos-cfg.ts';

export interface AllocatedPartition {
  readonly id: string;
  /** Name of its instance. */
  readonly title: string;
  /** Name of the root instance, which a user requested: this instance or an ancestor of it. */
  readonly rootTitle: string;
  /** Changes whenever the partition has to be processed again. Opaque, and empty where the master tells none. */
  readonly timestamp: string;
}

export interface ComputerInformation {
  readonly suppliedSoftware: readonly string[];
  readonly partitions: readonly AllocatedPartition[];
}

/** Registers the partitions and their addresses with slapproxy; their instances stay. */
export async function formatPartitions(
  serverUrl: string,
  count: number,
  addresses: PartitionAddresses,
): Promise<void> {
  const xml = marshal({
    reference: computerId,
    address: addresses.ipv4,
    netmask: '255.255.255.255',
    partition_list: Array.from({ length: count }, (_, index) => {
      const { ipv4, ipv6 } = partitionAddresses(addresses, index);
      return {
        reference: partitionId(index),
        address_list: [
          { addr: ipv4, netmask: '255.255.255.255' },
          { addr: ipv6, netmask: 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff' },
        ],
        tap: { name: '' },
      };
    }),
  });
  await ask(serverUrl, {
    method: 'POST',
    path: 'loadComputerConfigurationFromXML',
    purpose: 'register the partitions and their addresses',
    fields: { xml },
  });
}

/** Lets the next `slapos node software` build the release of `softwareUrl`. */
export async function supplySoftware(serverUrl: string, softwareUrl: string): Promise<void> {
  await ask(serverUrl, {
    method: 'POST',
    path: 'supplySupply',
    purpose: `supply ${softwareUrl}`,
    fields: { url: softwareUrl, computer_id: computerId, state: 'available' },
  });
}

/** The node's supplied software releases, and its partitions that have an instance. */
export async function fetchComputer(serverUrl: string): Promise<ComputerInformation> {
  const answer = await ask(serverUrl, {
    method: 'GET',
    path: 'getFullComputerInformation',
    purpose: 'list its partitions and software releases',
    fields: { computer_id: computerId },
  });
  const computer = unmarshal(answer);
  const releases = items(field(computer, '_software_release_list'));
  const partitions = items(field(computer, '_computer_partition_list'));
  return {
    suppliedSoftware: releases.map((release) => text(field(release, '_software_release'))),
    partitions: partitions
      .map((partition) => {
        const parameters = field(partition, '_parameter_dict');
        return {
          id: text(field(partition, '_partition_id')),
          title: text(field(parameters, 'instance_title')),
          rootTitle: text(field(parameters, 'root_instance_title')),
          timestamp: text(field(parameters, 'timestamp')),
        };
      })
      .filter(({ title }) => title !== ''),
  };
}

async function ask(
  serverUrl: string,
  call: Pick<Call, 'method' | 'path' | 'purpose' | 'fields'>,
): Promise<string> {
  const route = routeTo({ serverUrl }, 300_000);
  try {
    return (await callMaster(route, { ...call, idempotent: true, secret: false })).body;
  } finally {
    await route.dispatcher.close();
  }
}

function field(value: MarshalValue | undefined, name: string): MarshalValue | undefined {
  const isDictionary = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isDictionary ? (value as Readonly<Record<string, MarshalValue>>)[name] : undefined;
}

const items = (value: MarshalValue | undefined): readonly MarshalValue[] =>
  Array.isArray(value) ? value : [];

const text = (value: MarshalValue | undefined): string => (typeof value === 'string' ? value : '');
