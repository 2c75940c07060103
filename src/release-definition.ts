/** What one software release is to the seven stages. `converge` and `render` know no other difference between releases. */
import type { CertificateFiles } from './place/certificates.ts';
import type { Ledger } from './ledger/types.ts';
import type { Answers, RelationRequest } from './model/answers.ts';
import type { Place } from './model/place.ts';
import type { Daemon, Plan } from './plan/planned.ts';
import type { RequestedInstance } from './validate/mail-server/mail-server-request.ts';

export interface ReleaseDefinition<Request, Model> {
  name: string;
  softwareTypes: readonly string[];
  /** Service → canonical port. */
  ports: Readonly<Record<string, number>>;
  /** Which daemon listens for a service. */
  listener: (service: string) => Daemon;
  /** Where the certificates are, relative to the partition, and who serves them. */
  certificates: CertificateFiles & { servedBy: readonly Daemon[] };
  validate: (requested: RequestedInstance) => Request;
  build: (request: Request, ledger: Ledger, place: Place, seed: Uint8Array) => Model;
  planRequests: (model: Model) => RelationRequest[];
  plan: (model: Model, answers: Answers, ledger: Ledger, seed: Uint8Array) => Plan;
}
