/** The pure stages of one processing of a mail server, and what happens between two of them. */
import { fileURLToPath } from 'node:url';

import { tokenMatches } from '../../src/ledger/token.ts';
import { emptyLedger, type Ledger } from '../../src/ledger/types.ts';
import { mailServer } from '../../src/releases/mail-server.ts';
import { type Answers, nothingOutside, type RelationRequest } from '../../src/model/answers.ts';
import { buildMailServer, type MailServer } from '../../src/model/mail-server/model.ts';
import type { Place } from '../../src/model/place.ts';
import type { Plan } from '../../src/plan/planned.ts';
import { readTemplates, templateRenderer } from '../../src/render/templates.ts';
import { renderFiles } from '../../src/render/files.ts';
import { validateMailServerRequest } from '../../src/validate/mail-server/request.ts';
import type { RequestedInstance, SharedRequest } from '../../src/validate/requested.ts';
import { placeWith } from './place.ts';
import { providedFor } from './provided.ts';

export interface Processing {
  softwareType?: string;
  parameters?: object;
  /** Reference → parameters of the shared instance, in the master's order. */
  shared?: Readonly<Record<string, unknown>> | readonly SharedRequest[];
  ledger?: Ledger;
  answers?: Answers;
  place?: Place;
  seed?: number;
}

export interface Processed {
  model: MailServer;
  plan: Plan;
  requests: RelationRequest[];
}

export const domain = 'example.com';
const defaults = { 'mail-domains': [domain], 'inbound-relay': { enable: false } };

/** One processing; `parameters` replace the defaults: one domain, no relay. */
export function processMailServer(processing: Processing = {}): Processed {
  const {
    softwareType = 'default',
    parameters,
    shared = [],
    ledger = firstLedger(),
    answers = {},
  } = processing;
  const { place = placeWith(), seed: seedByte = 0 } = processing;
  const seed = new Uint8Array(32).fill(seedByte);
  const requested: RequestedInstance = {
    softwareType,
    parameters: { ...defaults, ...parameters },
    sharedRequests: isList(shared)
      ? shared
      : Object.entries(shared).map(([reference, each]) => ({ reference, parameters: each })),
  };
  const instance = mailServer.validate(requested);
  const provided = providedFor(instance.needs({ ledger, place }), ledger, seed);
  const facts = { ledger, place, provided, seed, outside: { ...nothingOutside, answers } };
  return {
    model: buildMailServer(validateMailServerRequest(requested), facts),
    plan: instance.plan(facts),
    requests: instance.requests(facts),
  };
}

let firstRun: Ledger | undefined;

/** That of an instance without accounts, before anything was published. Made once: to hash its password takes long. */
function firstLedger(): Ledger {
  if (firstRun === undefined) {
    firstRun = emptyLedger;
    const { accounts, secrets } = processMailServer().plan.ledger;
    firstRun = { ...emptyLedger, accounts, secrets };
  }
  return firstRun;
}

function isList(shared: Processing['shared']): shared is readonly SharedRequest[] {
  return Array.isArray(shared);
}

/** The ledger after the master received everything that waited. */
export function delivered({ ledger }: Plan): Ledger {
  const sent = Object.entries(ledger.outbox).map(([target, { digest }]) => [target, digest] as const);
  return {
    ...ledger,
    published: { ...ledger.published, ...Object.fromEntries(sent) },
    outbox: {},
  };
}

/** What the portal does with a token: the password is set and the token is spent, or nothing happens. */
export function withPassword(ledger: Ledger, address: string, token: string, password: string): Ledger {
  return {
    ...ledger,
    accounts: ledger.accounts.map((record) =>
      record.address === address &&
      record.state === 'held' &&
      record.token !== null &&
      tokenMatches(token, record.token)
        ? { ...record, password, token: null }
        : record,
    ),
  };
}

/** What is published to `target` (`''` for the instance); undefined when nothing is planned for it. */
export function publication(plan: Plan, target: string): Readonly<Record<string, unknown>> | undefined {
  return plan.publications.find((planned) => planned.target === target)?.parameters;
}

const render = templateRenderer(
  await readTemplates(fileURLToPath(new URL('../../instance-templates', import.meta.url))),
);

/** Path → content of every planned file. */
export function contents({ files }: Pick<Plan, 'files'>): Map<string, string> {
  return new Map(renderFiles(files, render).map(({ path, content }) => [path, content]));
}

export { render };
