/** All pure stages of one processing, as `converge` runs them, with what the master and the disk are given as text. */
import { parseLedger, serialiseLedger } from '../../src/ledger/text.ts';
import { emptyLedger, type Ledger } from '../../src/ledger/types.ts';
import { type Answers, nothingOutside } from '../../src/model/answers.ts';
import type { ReleaseDefinition } from '../../src/releases/definition.ts';
import { type Fault, isolate } from '../../src/releases/isolated.ts';
import { renderFiles } from '../../src/render/files.ts';
import { decodeParameters, encodeParameters } from '../../src/slap/json-parameter.ts';
import { marshal } from '../../src/slap/marshal.ts';
import type { RequestedInstance } from '../../src/validate/requested.ts';
import { render } from './mail-server-run.ts';
import { placeWith, portsOf } from './place.ts';
import { providedFor } from './provided.ts';

export interface IsolatedRun {
  /** Target → what the master is sent for it. */
  published: ReadonlyMap<string, string>;
  faults: readonly Fault[];
  /** Of what the ledger holds then, the accounts. */
  accounts: Ledger['accounts'];
}

/** A shared request as it comes from the master: `json` is the text of its parameters. */
export function sharedRequest(reference: string, json: string): RequestedInstance['sharedRequests'][number] {
  return { reference, parameters: undefined, ...decodeParameters(json) };
}

export function runIsolated(
  definition: ReleaseDefinition,
  requested: RequestedInstance,
  answers: Answers = {},
  ledger: Ledger = emptyLedger,
): IsolatedRun {
  const instance = isolate(definition, requested);
  const place = placeWith({ ports: portsOf(instance.services) });
  const seed = new Uint8Array(32);
  instance.run((valid) => valid.lookups(ledger));
  const needs = instance.run((valid) => valid.needs({ ledger, place }));
  const provided = providedFor(needs, ledger, seed);
  const facts = { ledger, place, provided, seed, outside: { ...nothingOutside, answers } };
  instance.run((valid) =>
    valid.requests(facts).map(({ parameters }) => marshal(encodeParameters(parameters))),
  );
  const { published, accounts } = instance.run((valid) => {
    const plan = valid.plan(facts);
    parseLedger(serialiseLedger(plan.ledger, `${place.partition}/srv/mail`), 'next');
    renderFiles(plan.files, render);
    const sent = plan.publications.map(({ target, parameters }): [string, string] => [
      target,
      marshal(encodeParameters(parameters)),
    ]);
    return { published: sent, accounts: plan.ledger.accounts };
  });
  return { published: new Map(published), faults: instance.faults(), accounts };
}
