/** The script that starts a Dovecot. Pure. */
import type { Place } from '../model/place.ts';
import type { Service } from './part.ts';
import type { PlannedFile } from './planned.ts';

/** A file name has 255 characters, and Dovecot's names of messages hold up to 80 beside that of the host. */
const maxLength = 160;

/** `hostName`: fully qualified; `configuration`: absolute path. */
export function startDovecot(
  { partition, programs }: Place,
  { name, pidFile }: Pick<Service, 'name' | 'pidFile'>,
  { hostName, configuration }: { hostName: string; configuration: string },
): PlannedFile {
  return {
    path: `libexec/start-${name}`,
    mode: 0o700,
    restart: name,
    body: {
      template: 'shared/start-dovecot.hbs',
      context: {
        dovecot: programs['dovecot'],
        pidFile: `${partition}/${pidFile}`,
        configuration,
        hostName: ofFileNameLength(hostName),
      },
    },
  };
}

/** Without as many of its first labels as make it too long. */
function ofFileNameLength(hostName: string): string {
  const labels = hostName.split('.');
  while (labels.join('.').length > maxLength) labels.shift();
  return labels.join('.');
}
