/**
 * One request must not stop what others asked for, whatever it makes throw, in whichever pure stage, also by a bug. The
 * stages see all requests together, because requests meet: whose address it is, whose domain. So when something throws
 * there, the stage is run again with fewer requests until it is known which of them it fails at. These are set aside: each is
 * told that it is the server's fault, keeps what it holds, and the others go on. Pure.
 */
import { RequesterError } from '../errors.ts';
import type { RequestedInstance } from '../validate/requested.ts';
import type { ReleaseDefinition, ValidInstance } from './definition.ts';

/** A request that the server fails at. */
export interface Fault {
  /** As its requester and the operator know it. */
  name: string;
  error: unknown;
}

export interface IsolatedInstance extends Pick<ValidInstance, 'services' | 'programs'> {
  /**
   * What `stage` gives for all requests but those at fault, which stay set aside. Throws RequesterError for refused
   * parameters of the instance itself, and what the stage throws when it is no request's fault.
   */
  run: <Result>(stage: (instance: ValidInstance) => Result) => Result;
  /** Those that were set aside so far. */
  faults: () => readonly Fault[];
}

/** Throws as `run` does. */
export function isolate(definition: ReleaseDefinition, requested: RequestedInstance): IsolatedInstance {
  const names = definition.requests.namesOf(requested);
  const places = names.map((_name, place) => place);
  const faults = new Map<number, unknown>();

  /** The instance with the requests at these places only. */
  const validWith = (taken: readonly number[]): ValidInstance => {
    const asked = new Set(taken);
    const others = new Set(places.filter((place) => !asked.has(place)));
    return definition.validate(
      others.size === 0 ? requested : definition.requests.without(requested, others),
    );
  };

  /** As long as no further fault is found it is validated once. */
  let current: ValidInstance | null = null;
  const run: IsolatedInstance['run'] = (stage) => {
    const left = places.filter((place) => !faults.has(place));
    try {
      current ??= validWith(left);
      return stage(current);
    } catch (error) {
      if (error instanceof RequesterError) throw error;
      const failureOf = (taken: readonly number[]) => failure(() => stage(validWith(taken)));
      if (failureOf([]) !== null) throw error;
      const { taken, refused } = admitted(left, failureOf);
      for (const [place, cause] of refused) faults.set(place, cause);
      current = validWith(taken);
      return stage(current);
    }
  };

  const { services, programs } = run((instance) => instance);
  return {
    services,
    programs,
    run,
    faults: () => [...faults].map(([place, error]) => ({ name: names[place] ?? '', error })),
  };
}

interface Admitted {
  taken: readonly number[];
  refused: ReadonlyMap<number, unknown>;
}

/** Halves the requests until it is known which of them fail. `failureOf`: what goes wrong with these, null for nothing. */
function admitted(
  requests: readonly number[],
  failureOf: (requests: readonly number[]) => { error: unknown } | null,
): Admitted {
  const add = (before: readonly number[], more: readonly number[]): Admitted => {
    const all = [...before, ...more];
    const failed = failureOf(all);
    if (failed === null) return { taken: all, refused: new Map() };
    const [only] = more;
    if (more.length === 1 && only !== undefined) {
      return { taken: before, refused: new Map([[only, failed.error]]) };
    }
    const middle = Math.ceil(more.length / 2);
    const first = add(before, more.slice(0, middle));
    const second = add(first.taken, more.slice(middle));
    return { taken: second.taken, refused: new Map([...first.refused, ...second.refused]) };
  };
  return add([], requests);
}

function failure(attempt: () => unknown): { error: unknown } | null {
  try {
    attempt();
    return null;
  } catch (error) {
    return { error };
  }
}
