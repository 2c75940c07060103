/** Addresses in the instance's own parameters, in one spelling, and what is wrong with them. Pure. */
import { type HostedDomains, parseDestination, parseMailAddress } from '../../names/mail-address.ts';

export interface NamedAddresses {
  /** Of `postmaster`; null where it is not given. */
  postmaster: string | null;
  anyFrom: readonly string[];
  /** Sentences that begin with a JSON pointer. */
  problems: string[];
}

export function namedAddressesOf(
  written: { postmaster?: string; 'any-from': readonly string[] },
  hosted: HostedDomains,
): NamedAddresses {
  const postmaster = written.postmaster === undefined ? null : parseDestination(written.postmaster, hosted);
  const accounts = written['any-from'].map((each) => parseMailAddress(each, hosted));
  return {
    postmaster: postmaster?.address ?? null,
    anyFrom: [...new Set(accounts.flatMap(({ address }) => address ?? []))],
    problems: [
      ...(postmaster?.problem === undefined ? [] : [`/postmaster: ${postmaster.problem}`]),
      ...accounts.flatMap(({ problem }, index) =>
        problem === undefined ? [] : [`/any-from/${index}: ${problem}`],
      ),
    ],
  };
}
