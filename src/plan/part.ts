/**
 * What a release is a list of. A `Service` says what is true of a running program in every instance, a `Part` what it
 * adds to one instance. Everything central derives from the list: ports, required programs, what daemons are told,
 * promises that look whether something listens, log rotation, the profile.
 */
import type { Answers } from '../model/answers.ts';
import type { Place } from '../model/place.ts';
import type { PlannedFile, PlannedFolder, PlannedPromise } from './planned.ts';

/** Where a service listens by TCP. */
export interface Port {
  /** The number that is taken when it is free. */
  canonical: number;
  /** Name of the promise that reports when nobody listens there. */
  promise: string;
}

export interface LogRotation {
  /** Relative to the partition; may be a pattern of file names. */
  path: string;
  /** `copytruncate`, or the signal at which the service opens its logs again. */
  method: 'copytruncate' | 'USR1';
}

export type Signal = 'SIGHUP' | 'SIGTERM' | 'SIGUSR1' | 'SIGWINCH';

/** A program that runs until it is told to stop. Paths are relative to the partition. */
export interface Service {
  /**
   * Names `etc/service/<name>` and `libexec/start-<name>`, which its part must plan. slapgrid restarts all programs of a
   * partition when the set of names changes, so a name is for good.
   */
  name: string;
  /** Names in the stack layer of what it cannot run without. */
  programs: readonly string[];
  /** By name; the name is the one under which `Place.ports` has the port in use. */
  ports: Readonly<Record<string, Port>>;
  /** Unix sockets that somebody is expected to listen on, by the name that their promise begins with. */
  sockets: Readonly<Record<string, string>>;
  pidFile: string;
  signals: {
    /** At which it reads its files again. */
    reload: Signal;
    /** At which it ends in an orderly way. */
    stop: Signal;
  };
  /** The log that its promises point a reader to. */
  log: string;
  logRotation: readonly LogRotation[];
  /** Base name of the certificate pair that it serves, where it serves one. */
  certificate?: string;
  /** Command that has it try its waiting mail again. */
  flush?: readonly string[];
}

/** A program in `bin/` for the operator. */
export interface Tool {
  command: readonly string[];
  environment?: Readonly<Record<string, string>>;
}

export interface CronJob {
  /** The five fields of a crontab. */
  times: string;
  command: readonly string[];
}

/** What a part adds to one instance. */
export interface Contribution {
  folders?: readonly PlannedFolder[];
  files?: readonly PlannedFile[];
  /** By name in `bin/`. */
  tools?: Readonly<Record<string, Tool>>;
  promises?: readonly PlannedPromise[];
  cron?: Readonly<Record<string, CronJob>>;
}

/** A piece of a release, usually one daemon with all that it needs. */
export interface Part<Instance> {
  services: readonly Service[];
  /** Names in the stack layer that its tools and jobs need beside its services. */
  programs?: readonly string[];
  contribute: (instance: Instance) => Contribution;
}

/** What every part may know of an instance: all models have it. */
export interface PlannedInstance {
  place: Place;
  /** What the host calls itself. */
  hostName: string;
  answers: Answers;
}
