/** Start scripts of services that are this program itself. Pure. */
import type { Place } from '../model/place.ts';
import type { PlannedFile } from './planned.ts';

/** `words`: command and options, as the shell reads them. */
export function startGenerator(
  { partition, programs, release }: Place,
  service: string,
  words: string,
): PlannedFile {
  return {
    path: `libexec/start-${service}`,
    mode: 0o700,
    restart: service,
    body: {
      template: 'shared/start-generator.hbs',
      context: {
        node: programs['node'],
        bundle: `${release}/slapos-mail.mjs`,
        pidFile: `${partition}/${pidFileOf(service)}`,
        arguments: words,
      },
    },
  };
}

/** Relative to the partition. */
export function pidFileOf(service: string): string {
  return `var/run/${service}.pid`;
}
