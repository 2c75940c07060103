/** What only the owner of a node asks of its slapproxy; requests for instances go through src/slap/. */
import type { Call } from '../../slap/call.ts';
import { callMaster } from '../../slap/call-master.ts';
import { routeTo } from '../../slap/route.ts';
import { marshal, unmarshal, type MarshalValue } from '../../slap/index.ts';
import { partitionAddresses, type PartitionAddresses } from '../partition-addresses.ts';
import { partitionId } from '../layout.ts';
import { computerId } from '../slapos-cfg.ts';

export interface AllocatedPartition {
  readonly id: string;
  /** Name of the instance in it. */
  readonly title: string;
  /** Name of the instance that was requested by a user, above it or itself. */
  readonly rootTitle: string;
  readonly softwareUrl: string;
}

export interface ComputerInformation {
  readonly suppliedSoftware: readonly string[];
  readonly partitions: readonly AllocatedPartition[];
}

/** Tells slapproxy the partitions and their addresses; instances that are in them stay. */
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
    what: 'take the partitions and their addresses',
    fields: { xml },
  });
}

/** Has the release of `softwareUrl` built by the next `slapos node software`, or removed. */
export async function supplySoftware(
  serverUrl: string,
  softwareUrl: string,
  state: 'available' | 'destroyed',
): Promise<void> {
  await ask(serverUrl, {
    method: 'POST',
    path: 'supplySupply',
    what: `note ${softwareUrl} as ${state}`,
    fields: { url: softwareUrl, computer_id: computerId, state },
  });
}

/** What is supplied to the node, and which instance is in which partition. */
export async function fetchComputer(serverUrl: string): Promise<ComputerInformation> {
  const answer = await ask(serverUrl, {
    method: 'GET',
    path: 'getFullComputerInformation',
    what: 'tell its partitions and software releases',
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
          softwareUrl: text(field(parameters, 'slap_software_release_url')),
        };
      })
      .filter(({ title }) => title !== ''),
  };
}

async function ask(
  serverUrl: string,
  call: Pick<Call, 'method' | 'path' | 'what' | 'fields'>,
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
