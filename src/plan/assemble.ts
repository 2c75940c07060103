/** Parts of a release become the folders and files of one instance, its profile among them. Pure. */
import type { Place } from '../model/place.ts';
import { portOf } from './endpoints.ts';
import { logrotateFile } from './logrotate.ts';
import type { Contribution, Part, Service } from './part.ts';
import type { Plan, PlannedFile, PlannedFolder, PlannedPromise } from './planned.ts';
import { profileFiles } from './profile.ts';

type Parts<Instance> = readonly Part<Instance>[];

/** The services of all parts. */
export function servicesOf(parts: readonly Pick<Part<never>, 'services'>[]): Service[] {
  return parts.flatMap(({ services }) => services);
}

/** Names in the stack layer, without duplicates. */
export function programsOf(parts: readonly Pick<Part<never>, 'services' | 'programs'>[]): string[] {
  const needed = parts.flatMap(({ services, programs = [] }) => [
    ...services.flatMap((service) => service.programs),
    ...programs,
  ]);
  return [...new Set(needed)];
}

/** By name of the port. */
export function canonicalPorts(services: readonly Service[]): Record<string, number> {
  return Object.fromEntries(
    services.flatMap(({ ports }) => Object.entries(ports).map(([name, { canonical }]) => [name, canonical])),
  );
}

/**
 * Throws when two parts write one path, use one name, or when a file names a service that the instance does not have:
 * each is a mistake in a part.
 */
export function assemble<Instance extends { place: Place }>(
  parts: Parts<Instance>,
  instance: Instance,
): Pick<Plan, 'folders' | 'files'> {
  const { place } = instance;
  const services = servicesOf(parts);
  const contributions = parts.map(({ contribute }) => contribute(instance));
  const named = <Value>(kind: 'tools' | 'cron', pick: (one: Contribution) => Record<string, Value>) =>
    joinNamed(
      kind,
      contributions.flatMap((one) => Object.entries(pick(one))),
    );
  const promises = [
    ...services.flatMap((service) => listeningPromises(place, service)),
    ...contributions.flatMap((one) => one.promises ?? []),
  ];
  const files = [
    ...contributions.flatMap((one) => one.files ?? []),
    logrotateFile(place, services),
    ...profileFiles(place, {
      services: joinNamed(
        'services',
        services.map(({ name }) => [name, [`${place.partition}/libexec/start-${name}`]]),
      ),
      tools: named('tools', ({ tools = {} }) => tools),
      promises: Object.values(
        joinNamed(
          'promises',
          promises.map((promise) => [promise.name, promise]),
        ),
      ),
      cron: named('cron', ({ cron = {} }) => cron),
    }),
  ];
  refuseMistakes(files, services);
  return { folders: joinFolders(contributions.flatMap((one) => one.folders ?? [])), files };
}

/** One promise for each port and each socket, so that the one that fails names what is down and where to look. */
function listeningPromises(place: Place, { name, ports, sockets, log }: Service): PlannedPromise[] {
  const module = 'listening';
  return [
    ...Object.entries(ports).map(([port, { promise }]) => ({
      name: promise,
      module,
      config: { host: place.ipv6, port: String(portOf(place, port)), service: name, log },
    })),
    ...Object.entries(sockets).map(([socket, path]) => ({
      name: `${socket}-socket-listening`,
      module,
      config: { socket: `${place.partition}/${path}`, service: name, log },
    })),
  ];
}

/** Several parts may have files in one folder. */
function joinFolders(folders: readonly PlannedFolder[]): PlannedFolder[] {
  const joined = new Map<string, PlannedFolder>();
  for (const folder of folders) {
    const mode = joined.get(folder.path)?.mode ?? folder.mode;
    if (mode !== folder.mode) {
      throw new Error(
        `${folder.path} is a folder of mode ${mode.toString(8)} and of ${folder.mode.toString(8)}`,
      );
    }
    joined.set(folder.path, folder);
  }
  return [...joined.values()];
}

function joinNamed<Value>(kind: string, entries: readonly [string, Value][]): Record<string, Value> {
  const joined = new Map<string, Value>();
  for (const [name, value] of entries) {
    if (joined.has(name)) throw new Error(`two parts have ${kind} of the name ${name}`);
    joined.set(name, value);
  }
  return Object.fromEntries(joined);
}

function refuseMistakes(files: readonly PlannedFile[], services: readonly Service[]): void {
  const paths = joinNamed(
    'files',
    files.map(({ path }): [string, true] => [path, true]),
  );
  const names = new Set(services.map(({ name }) => name));
  for (const { path, reload, restart, flush } of files) {
    for (const service of [reload, restart, flush]) {
      if (service !== undefined && !names.has(service)) {
        throw new Error(`${path} is read by ${service}, which is no service of this instance`);
      }
    }
  }
  for (const { name } of services) {
    if (!Object.hasOwn(paths, `libexec/start-${name}`)) throw new Error(`nothing starts the service ${name}`);
  }
}
