import type { LocalNode } from './local-node.ts';

export interface LookAround {
  readonly purpose: string;
  /** To be typed in a shell as it is. */
  readonly command: string;
}

/** What somebody can type to look at a node with SlapOS's own commands. `asRoot`: we were started by root. */
export function lookAround({ layout, user }: LocalNode, asRoot = process.getuid?.() === 0): LookAround[] {
  const slapos = `${asRoot ? `runuser -u ${user.name} -- ` : ''}${layout.slapos}`;
  return [
    { purpose: 'services and their state', command: `${slapos} node status` },
    { purpose: 'process what changed', command: `${slapos} node instance` },
    { purpose: 'what was requested', command: `${slapos} service list` },
    { purpose: 'all that the SlapOS master knows', command: `${slapos} proxy show` },
    { purpose: 'logs of SlapOS', command: `ls ${layout.logDirectory}` },
  ];
}
