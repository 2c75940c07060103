/** How to reach the SlapOS master, and who calls it: a partition, or without computerId and partitionId a user. */
export interface SlapConnection {
  readonly serverUrl: string;
  readonly computerId?: string;
  readonly partitionId?: string;
  /** The software release of the calling partition, used when the master does not name it. */
  readonly softwareUrl?: string;
  /** PEM files of the client key and certificate, used for https URLs only. Empty: none. */
  readonly keyFile?: string;
  readonly certificateFile?: string;
  /** PEM file of authorities that are trusted for the master's certificate, in addition to the public ones. */
  readonly authorityFile?: string;
}

/** A value of xml_marshaller XML. Python's tuples are read as arrays, its objects as the dictionary of their state. */
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
  /** The master's name for it. May contain blanks and punctuation. */
  readonly reference: string;
  /** The parameters as requested, not validated; undefined if there is a `problem`. */
  readonly parameters: unknown;
  /** The reason why the parameters cannot be read, for the requester. */
  readonly problem?: string;
}

/** What the master knows about the calling partition. */
export interface Partition {
  /** The parameters as requested, not validated; `{}` if there are none. */
  readonly parameters: unknown;
  readonly sharedRequests: readonly SharedRequest[];
  /** The partition's first IPv6 in text order and its first IPv4, without prefix length. */
  readonly addresses: { readonly ipv6: string | undefined; readonly ipv4: string | undefined };
  readonly title: string;
  readonly softwareType: string;
  readonly softwareUrl: string;
  /** Changes whenever the partition has to be processed again. Only to be compared, its format differs by master. */
  readonly timestamp: string | undefined;
}

/** A request for an instance or a shared instance. The same name from the same requester is the same instance. */
export interface InstanceRequest {
  readonly softwareUrl: string;
  readonly softwareType: string;
  readonly name: string;
  readonly shared: boolean;
  readonly parameters: object;
  /** `json-in-xml` (default): one parameter `_` with the JSON text. `xml`: each parameter by its name, as text. */
  readonly serialisation?: 'json-in-xml' | 'xml';
  /** Restricts where it is allocated: `computer_guid`, `instance_guid`, … */
  readonly filter?: Readonly<Record<string, string>>;
  readonly state?: 'started' | 'stopped' | 'destroyed';
}

export type InstanceAnswer =
  | {
      readonly state: 'ready';
      /** Connection parameters that it has published so far, as JSON or as plain parameters. */
      readonly connection: Readonly<Record<string, unknown>>;
      readonly guid?: string;
      readonly partition?: { readonly computerId: string; readonly partitionId: string };
    }
  | { readonly state: 'pending'; readonly reason: string };

/**
 * A SlapOS master, as one requester uses it. Every method throws OperatorError when the master cannot be reached,
 * refuses, or gives an invalid answer. fetchPartition, publish, reportError and bang need a connection with computerId
 * and partitionId.
 */
export interface Master {
  fetchPartition(): Promise<Partition>;
  /** Requests an instance. Repeating the request is safe, and is done at each processing. */
  request(request: InstanceRequest): Promise<InstanceAnswer>;
  /** Replaces all connection parameters of the instance, or of the shared instance `reference`. */
  publish(parameters: object, reference?: string): Promise<void>;
  /**
   * Reports an error. Masters may keep only its last 80 characters, so the reason comes last. It must hold no
   * secrets.
   */
  reportError(message: string, reference?: string): Promise<void>;
  /** Makes the master process the whole tree of instances again. */
  bang(message: string): Promise<void>;
  close(): Promise<void>;
}
