/** Postfix' tools for administrators, each in the environment of the Postfix that it works on. Pure. */
import { dirname } from 'node:path';

import { copiedCommands, postfixEnvironment, type PostfixLocation } from './postfix-service.ts';
import type { Tool } from './part.ts';

const adminCommands = [
  'mailq',
  'postcat',
  'postconf',
  'postfix',
  'postmap',
  'postqueue',
  'postsuper',
  'sendmail',
] as const;

/** Postfix' own commands for administrators, in the environment of this Postfix. */
export function adminTools(location: PostfixLocation, prefix: string): Record<string, Tool> {
  const { partition, programs } = location.place;
  const environment = postfixEnvironment(location);
  const copied: readonly string[] = copiedCommands;
  const command = (name: string): string[] => {
    if (copied.includes(name)) return [`${partition}/libexec/postfix/${name}`];
    // `mailq` is `sendmail` by another name.
    return name === 'mailq' ? [programs['sendmail'] ?? 'sendmail', '-bp'] : [programs[name] ?? name];
  };
  return Object.fromEntries(
    adminCommands.map((name) => [`${prefix}${name}`, { command: command(name), environment }]),
  );
}

/** Postfix' count of waiting mail by domain and age. It asks `postconf`, which it finds by PATH, for the queue. */
export function qshapeTool({ place, configuration }: PostfixLocation, prefix: string): Record<string, Tool> {
  const { partition, programs } = place;
  const PATH = `${dirname(programs['postconf'] ?? '/usr/sbin/postconf')}:/usr/bin:/bin`;
  const environment = { MAIL_CONFIG: `${partition}/${configuration}`, PATH };
  return { [`${prefix}qshape`]: { command: [programs['qshape'] ?? 'qshape'], environment } };
}
