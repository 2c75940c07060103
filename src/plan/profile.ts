/** The buildout profile of a partition: services, tools, cron; and the list of its promises. Its number of sections does not depend on the number of accounts. Pure. */
import { type BuildoutSections, serialiseBuildout } from '../formats/buildout.ts';
import { byText } from '../formats/one-word.ts';
import { shellCommand } from '../formats/shell.ts';
import type { Place } from '../model/place.ts';
import type { CronJob, Tool } from './part.ts';
import type { PlannedFile, PlannedPromise } from './planned.ts';

export interface Profile {
  /** Service name → program and arguments; the names never change, so slapgrid restarts nothing by itself. */
  services: Readonly<Record<string, readonly string[]>>;
  /** Name in `bin/` → program, arguments and environment. */
  tools: Readonly<Record<string, Tool>>;
  promises: readonly PlannedPromise[];
  /** Name → crontab times and command. */
  cron: Readonly<Record<string, CronJob>>;
}

export function profileFiles(place: Place, profile: Profile): PlannedFile[] {
  return [profileFile(place, profile), promisesFile(profile)];
}

function profileFile(place: Place, profile: Profile): PlannedFile {
  const sections = {
    ...Object.fromEntries(
      byName(profile.services).map(([name, command]) => [
        `service-${name}`,
        wrapper(place, `etc/service/${name}`, command),
      ]),
    ),
    ...Object.fromEntries(
      byName(profile.tools).map(([name, { command, environment }]) => [
        `tool-${name}`,
        wrapper(place, `bin/${name}`, command, environment),
      ]),
    ),
    ...Object.fromEntries(
      byName(profile.cron).map(([name, { times, command }]) => [
        `cron-${name}`,
        {
          recipe: 'slapos.cookbook:cron.d',
          'cron-entries': `${place.partition}/etc/cron.d`,
          name,
          frequency: times,
          command: shellCommand(command),
        },
      ]),
    ),
  } satisfies BuildoutSections;
  const buildout = {
    parts: Object.keys(sections),
    'eggs-directory': place.buildout.eggsDirectory,
    'develop-eggs-directory': place.buildout.developEggsDirectory,
    offline: 'true',
  };
  return {
    path: 'etc/profile.cfg',
    mode: 0o600,
    body: { text: `# Made by slapos-mail. Do not edit.\n${serialiseBuildout({ buildout, ...sections })}` },
  };
}

/** The order in which parts of a release add their sections means nothing. */
function byName<Value>(named: Readonly<Record<string, Value>>): [string, Value][] {
  return Object.entries(named).sort(([left], [right]) => byText(left, right));
}

function wrapper(
  place: Place,
  path: string,
  command: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Record<string, string | string[]> {
  const assignments = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  return {
    recipe: 'slapos.cookbook:wrapper',
    'wrapper-path': `${place.partition}/${path}`,
    'command-line': shellCommand(command),
    ...(assignments.length > 0 ? { environment: assignments } : {}),
  };
}

/** The promises, as `software/partition/write_promise_plugins.py` makes plugins of them: name → module and configuration. */
function promisesFile({ promises }: Profile): PlannedFile {
  const sorted = [...promises].sort((left, right) => byText(left.name, right.name));
  const listed = Object.fromEntries(sorted.map(({ name, module, config }) => [name, { module, config }]));
  return { path: 'etc/promises.json', mode: 0o600, body: { text: `${JSON.stringify(listed, null, 2)}\n` } };
}
