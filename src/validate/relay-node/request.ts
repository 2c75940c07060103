/** Stage 2 for one relay node: what its cluster says. Pure. */
import { RequesterError } from '../../errors.ts';
import type { RelayInput } from '../../generated/types/mail-server-relay/relay-input.ts';
import { certificateProblems } from '../certificate-bundle.ts';
import { checkAgainstSchema } from '../json-schema.ts';
import type { RequestedInstance } from '../requested.ts';
import { deliveryServiceProblems } from '../delivery-services.ts';
import { greylistingExceptionsOf } from '../greylisting.ts';
import { relayPostmasterOf } from '../relay-postmaster.ts';

export function validateRelayRequest(requested: RequestedInstance): RelayInput {
  const schema = 'mail-server-relay/relay-input.json';
  const { value, problems } = checkAgainstSchema<RelayInput>(schema, requested.parameters);
  if (problems.length > 0) throw new RequesterError(problems);
  const unusable = [
    ...deliveryServiceProblems(value['proxy-map'], '/proxy-map'),
    ...greylistingExceptionsOf(value.greylisting, '/greylisting').problems,
    ...relayPostmasterOf(value.postmaster, []).problems,
    ...certificateProblems(value['custom-inbound-certificate'], '/custom-inbound-certificate'),
  ];
  if (unusable.length > 0) throw new RequesterError(unusable);
  return value;
}
