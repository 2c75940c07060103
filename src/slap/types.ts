/** How to reach the SlapOS master, and who asks. Without computerId and partitionId it is a plain user who asks. */
export interface SlapConnection {
  readonly serverUrl: string;
  readonly computerId?: string;
  readonly partitionId?: string;
  /** The software release of the asking partition; stands in when the master does not tell it. */
  readonly softwareUrl?: string;
  /** Client key and certificate (PEM files), used for https URLs only; an empty string means none. */
  readonly keyFile?: string;
  readonly certificateFile?: string;
  /** Authorities (PEM file) that are trusted for the master's own certificate beside the public ones. */
  readonly authorityFile?: string;
}

/** What may travel as xml_marshaller XML. Tuples are read as arrays, objects as the dictionary of their state. */
export type MarshalValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly MarshalValue[]
  | { readonly [key: string]: MarshalValue };

/** One shared instance that the partition serves. */
export interface SharedRequest {
  /** The master's name of it. May hold blanks and punctuation. */
  readonly reference: string;
  readonly title: string;
  readonly softwareType: string;
  /** What its requester wrote; undefined exactly when `problem` is there. */
  readonly parameters: unknown;
  /** Why its parameters cannot be read, in words for its requester. */
  readonly problem?: string;
}

/** What the master knows of the partition that asks. */
export interface Partition {
  /** What the requester wrote, not validated; `{}` when nothing was written. */
  readonly parameters: unknown;
  readonly sharedRequests: readonly SharedRequest[];
  /** The smallest IPv6 in text order and the first IPv4 of the partition, bare. */
  readonly addresses: { readonly ipv6: string | undefined; readonly ipv4: string | undefined };
  readonly title: string;
  readonly rootTitle: string;
  readonly softwareType: string;
  readonly softwareUrl: string;
  readonly guid: string;
  /** `started`, `stopped` or `destroyed`. */
  readonly requestedState: string;
  /** Changes whenever the partition is to be processed again; only good for comparison. */
  readonly timestamp: string | undefined;
}

/** A wish for an instance, or for a shared one. The same name of the same requester is the same instance. */
export interface InstanceRequest {
  readonly softwareUrl: string;
  readonly softwareType: string;
  readonly name: string;
  readonly shared: boolean;
  readonly parameters: object;
  /** `json-in-xml` unless said: one parameter `_` with the JSON text. `xml`: each of them by its own name, as text. */
  readonly serialisation?: 'json-in-xml' | 'xml';
  /** Where it may be: `computer_guid`, `instance_guid`, … */
  readonly filter?: Readonly<Record<string, string>>;
  readonly state?: 'started' | 'stopped' | 'destroyed';
}

export type InstanceAnswer =
  | {
      readonly state: 'ready';
      /** What the instance published so far: its JSON object, or the plain parameters if it published those. */
      readonly connection: Readonly<Record<string, unknown>>;
      readonly guid?: string;
      readonly partition?: { readonly computerId: string; readonly partitionId: string };
    }
  | { readonly state: 'pending'; readonly reason: string };

/**
 * A SlapOS master seen from one requester. Every method rejects with an OperatorError when the master is away, refuses
 * or answers nonsense. fetchPartition, publish, reportError and bang need a connection with computerId and partitionId.
 */
export interface Master {
  fetchPartition(): Promise<Partition>;
  /** Asks for an instance, or repeats the wish; safe to call at each processing. */
  request(request: InstanceRequest): Promise<InstanceAnswer>;
  /** Replaces everything that the instance, or the shared instance of that reference, has published. */
  publish(parameters: object, reference?: string): Promise<void>;
  /** Tells what is wrong; masters may keep only the last 80 characters: put the reason last. No secrets in it. */
  reportError(message: string, reference?: string): Promise<void>;
  /** Has the whole tree of instances processed again. */
  bang(message: string): Promise<void>;
  close(): Promise<void>;
}
