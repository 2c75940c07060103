/** What a partition runs before buildout: stages 1 to 6, in their order. The last one, publish.ts, comes after buildout. */
import { randomBytes } from 'node:crypto';

import { changeLedger, ledgerStore, readLedger } from '../ledger/store.ts';
import type { Answers } from '../model/answers.ts';
import { type SurveyOptions, surveyPlace } from './survey/survey.ts';
import { lookUpDomains } from './survey/domain-lookups.ts';
import { provision } from './provision/provision.ts';
import { relate } from './relate.ts';
import { type Fault, isolate } from '../releases/isolated.ts';
import { definitionOf } from '../releases/releases.ts';
import { renderFiles } from '../render/files.ts';
import { readTemplates, templateRenderer } from '../render/templates.ts';
import { connectToMaster } from '../slap/index.ts';
import { endSessions, noteEnded } from '../host/end-sessions.ts';
import { lockedOut } from '../ledger/locked-out.ts';
import { notifyDaemons } from './write/notify-daemons.ts';
import { removeFormerFiles, writeFiles, writeFolders } from './write/write-plan.ts';

export interface Converged {
  /** Paths that were written, relative to the partition. */
  written: string[];
  /** What daemons were told, one sentence each. */
  notified: string[];
  /** Requests that this program failed at. */
  faults: readonly Fault[];
}

/** Throws RequesterError for refused parameters, OperatorError for what the node or the master lacks. */
export async function converge(
  options: SurveyOptions & { templates: string; softwareRelease: string },
): Promise<Converged> {
  const master = connectToMaster(options.connection);
  try {
    const fetched = await master.fetchPartition();
    const instance = isolate(definitionOf(fetched.softwareType, options.softwareRelease), fetched);

    const store = ledgerStore(options.partition);
    const before = await readLedger(store);
    const place = await surveyPlace(options, fetched, before, instance);
    const needs = instance.run((valid) => valid.needs({ ledger: before, place }));
    const provided = await provision(place, instance.services, store, needs);
    const seed = randomBytes(32);
    const dns = await lookUpDomains(instance.run((valid) => valid.lookups(before)));
    const partition = { folder: options.partition, id: options.connection.partitionId };
    const draft = { ledger: before, place, provided, seed };
    const requestsWith = (known: Answers) =>
      instance.run((valid) => valid.requests({ ...draft, outside: { answers: known, ...dns } }));
    const answers = await relate(master, requestsWith, store, partition);

    const render = templateRenderer(await readTemplates(options.templates));
    const indexer = {
      postmap: place.programs['postmap'] ?? 'postmap',
      type: place.stackFacts['postfix-table-type'] ?? 'lmdb',
    };
    // Once more with the ledger as it is now, and nobody else writing it: the portal may have set a password meanwhile.
    const changed = await changeLedger(store, async (ledger, check) => {
      const facts = { ledger, place, provided, seed, outside: { answers, ...dns } };
      const { plan, files } = instance.run((valid) => {
        const made = valid.plan(facts);
        check(made.ledger);
        return { plan: made, files: renderFiles(made.files, render) };
      });
      await writeFolders(options.partition, plan.folders);
      const written = await writeFiles(options.partition, files, indexer);
      await removeFormerFiles(options.partition, plan.folders, plan.files, indexer);
      await noteEnded(options.partition, lockedOut(ledger, plan.ledger));
      return { ledger: plan.ledger, result: written };
    });
    const notified = [
      // First: a Dovecot that is told to end leaves its sessions alone and cannot be asked any more.
      ...(await endSessions(options.partition)),
      ...(await notifyDaemons(options.partition, instance.services)),
    ];
    return { written: changed.map(({ path }) => path), notified, faults: instance.faults() };
  } finally {
    await master.close();
  }
}
