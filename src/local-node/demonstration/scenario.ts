/** The scenario of the demonstration (ARCHITECTURE.md, chapter 4): two mail servers behind a relay cluster. */
import { join } from 'node:path';

import { OperatorError } from '../../errors.ts';
import type { LocalNode, NodeRequest } from '../lifecycle/node.ts';
import { deliveryService, mailDomains, relayHost } from './world.ts';

export type Published = Readonly<Record<string, unknown>>;
export type ServerName = keyof typeof mailDomains;

/** Person → mail server of the account. Dave's set-up link stays unused, so that users can try it. */
export const people = { alice: 'mail1', bob: 'mail1', charlie: 'mail2', dave: 'mail2' } as const;
export type Person = keyof typeof people;
export type PersonWithPassword = Exclude<Person, 'dave'>;
export const serverNames: readonly ServerName[] = ['mail1', 'mail2'];
export const clusterName = 'mailrelay';
/** The cluster's only node; the cluster requests it. */
export const nodeName = 'node1';
/** Cluster, its node, two mail servers. */
export const partitionCount = 4;

/** Seconds for which greylisting puts off a new sender. */
export const greylistingDelay = 2;

export const addressOf = (person: Person): string => `${person}@${mailDomains[people[person]]}`;

export interface Requests {
  /** Requests everything. Repeated, it lets the instances see what others have published since. */
  requestAll(): Promise<void>;
  requestServer(name: ServerName): Promise<Published>;
  requestAccount(person: Person): Promise<Published>;
}

/** The requests of the scenario; `releases` is the folder of both software releases. */
export function requestsTo(node: LocalNode, releases: string): Requests {
  const { mailServer, relay } = softwareUrls(releases);
  const ask = async (request: NodeRequest) => {
    const answer = await node.request(request);
    if (answer.state === 'ready') return answer;
    throw new OperatorError(`${request.name}: ${answer.reason}`);
  };
  const askForCluster = () =>
    ask({ name: clusterName, softwareUrl: relay, softwareType: 'cluster', parameters: clusterParameters });
  const askForServer = (name: ServerName) =>
    ask({
      ...{ name, softwareUrl: mailServer, softwareType: 'default' },
      parameters: { 'mail-domains': [mailDomains[name]], 'inbound-relay': { 'relay-sr-url': relay } },
    });
  const requestAccount = async (person: Person) => {
    const { guid = '' } = await askForServer(people[person]);
    const { connection } = await ask({
      ...{ name: person, softwareUrl: mailServer, softwareType: 'default', shared: true },
      ...{ parameters: { address: addressOf(person) }, filter: { instance_guid: guid } },
    });
    return connection;
  };
  return {
    requestServer: async (name) => (await askForServer(name)).connection,
    requestAccount,
    async requestAll() {
      await askForCluster();
      for (const name of serverNames) await askForServer(name);
      for (const person of Object.keys(people) as Person[]) await requestAccount(person);
    },
  };
}

export function softwareUrls(releases: string): { mailServer: string; relay: string } {
  return {
    mailServer: join(releases, 'mail-server/software.cfg'),
    relay: join(releases, 'mail-server-relay/software.cfg'),
  };
}

const { name, port, user, password } = deliveryService;
const clusterParameters = {
  topology: { [nodeName]: { fqdn: relayHost } },
  'default-relay-config': {
    greylisting: { 'greylisting-delay': greylistingDelay },
    'proxy-map': {
      'third-party': { host: name, port, user, password, domains: Object.values(mailDomains) },
    },
  },
};
