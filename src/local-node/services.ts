/** One program that supervisord runs for a partition. */
export interface Service {
  readonly partition: string;
  /** The wrapper's name below etc/service or etc/run. */
  readonly name: string;
  /** supervisord's word: RUNNING, STARTING, STOPPED, EXITED, FATAL, … */
  readonly state: string;
  /** Such as "pid 123, uptime 0:00:05", or when it ended. */
  readonly detail: string;
}

/** Reads what `supervisorctl status` says; the watchdog, which is no partition's, is left out. */
export function parseServices(output: string): Service[] {
  return output
    .split('\n')
    .map((line) =>
      /^(\S+?):(\S+?)(?:-on-watch)?\s+(STOPPED|STARTING|RUNNING|BACKOFF|STOPPING|EXITED|FATAL|UNKNOWN)\s*(.*)$/.exec(
        line,
      ),
    )
    .filter((match) => match !== null)
    .map(([, partition = '', name = '', state = '', detail = '']) => ({
      partition,
      name,
      state,
      detail: detail.trim(),
    }));
}
