/** Services, cron jobs and promises that every instance of ours has. Pure. */
import type { Place } from '../model/place.ts';
import type { PlannedPromise } from './planned.ts';
import type { Profile } from './profile.ts';

export function crondService({ partition }: Place): Profile['services'] {
  return { crond: [`${partition}/libexec/start-crond`] };
}

/** The generator itself, and the rotation of certificates. */
export function generatorTools({ partition, programs, release }: Place): Profile['tools'] {
  const command = [programs['node'] ?? 'node', `${release}/slapos-mail.mjs`];
  return {
    'postfix-certificate-rotate': { command: [...command, 'rotate-certificate', '--partition', partition] },
    'slapos-mail': { command },
  };
}

export function logrotateJob({ partition, programs }: Place): Profile['cron'] {
  const state = `${partition}/var/lib/logrotate.state`;
  return {
    logrotate: {
      times: '23 2 * * *',
      command: [programs['logrotate'] ?? 'logrotate', '-s', state, `${partition}/etc/logrotate.conf`],
    },
  };
}

export function rotationJob({ partition }: Place): Profile['cron'] {
  return {
    'rotate-certificate': { times: '17 3 * * 0', command: [`${partition}/bin/postfix-certificate-rotate`] },
  };
}

export function commonPromises({ partition, connection: { partitionId } }: Place): PlannedPromise[] {
  return [
    {
      name: `buildout-${partitionId}-status`,
      module: 'partition_processed',
      config: { 'error-log': `${partition}/.slapgrid-${partitionId}-error.log` },
    },
    {
      name: 'crond-running',
      module: 'process_running',
      config: {
        'pid-file': `${partition}/var/run/crond.pid`,
        'command-part': `${partition}/etc/cron.d`,
        service: 'crond',
        log: 'var/log/crond.log',
      },
    },
    {
      name: 'check-free-disk-space',
      module: 'free_disk',
      config: { folder: partition, 'min-mebibytes': '1000', 'min-percent': '2' },
    },
  ];
}
