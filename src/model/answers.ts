/** Requests to other instances, and what came back. */

/** One request to the master, as values. `name` is unique within the instance. */
export interface RelationRequest {
  name: string;
  softwareUrl: string;
  softwareType: string;
  shared: boolean;
  serialisation: 'json-in-xml' | 'xml';
  parameters: Readonly<Record<string, unknown>>;
  filter?: Readonly<Record<string, string>>;
}

/** Request name → connection parameters; absent while there is no answer. */
export type Answers = Readonly<Record<string, Readonly<Record<string, unknown>>>>;
