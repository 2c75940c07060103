/** `logrotate.conf`: the logs of all services of an instance. Pure. */
import { byText } from '../formats/one-word.ts';
import type { Place } from '../model/place.ts';
import type { Service } from './part.ts';
import type { PlannedFile } from './planned.ts';

export function logrotateFile({ partition, programs }: Place, services: readonly Service[]): PlannedFile {
  const logs = services.flatMap(({ logRotation, pidFile }) =>
    logRotation.map(({ path, method }) => ({
      path: `${partition}/${path}`,
      copytruncate: method === 'copytruncate',
      command: method === 'copytruncate' ? '' : signalCommand(`${partition}/${pidFile}`, method),
    })),
  );
  return {
    path: 'etc/logrotate.conf',
    mode: 0o600,
    body: {
      template: 'shared/logrotate.conf.hbs',
      context: {
        backupFolder: `${partition}/srv/backup/logrotate`,
        xz: programs['xz'],
        logs: logs.sort((left, right) => byText(left.path, right.path)),
      },
    },
  };
}

/** Sends `signal` to the process that a pid file names, if there is one. */
function signalCommand(pidFile: string, signal: string): string {
  return `test ! -s ${pidFile} || kill -${signal} $(cat ${pidFile})`;
}
