/** One program that supervisord runs for a partition. */
export interface Service {
  readonly partition: string;
  /** Name of its wrapper in etc/service or etc/run. */
  readonly name: string;
  /** In supervisord's terms: RUNNING, STARTING, STOPPED, EXITED, FATAL, … */
  readonly state: string;
  /** "pid 123, uptime 0:00:05", or the time when it ended. */
  readonly detail: string;
}

/** Reads the output of `supervisorctl status`, without the watchdog, which belongs to no partition. */
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
