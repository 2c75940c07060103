import { join } from 'node:path';
import type { NodeLayout } from './layout.ts';

export interface SlapproxyAddress {
  readonly host: string;
  readonly port: number;
}

/** Id of the only computer that a slapproxy has. */
export const computerId = 'local';

/** The text of slapos.cfg, which the `slapos` commands read. */
export function renderSlaposCfg(layout: NodeLayout, proxy: SlapproxyAddress): string {
  const masterUrl = `http://${proxy.host}:${proxy.port}/`;
  return `# Generated at each start of the node, do not edit.
[slapos]
software_root = ${layout.softwareRoot}
instance_root = ${layout.instanceRoot}
master_url = ${masterUrl}
master_rest_url = ${masterUrl}hateoas
computer_id = ${computerId}
# Everything runs as one ordinary user.
root_check = False
# slapgrid asks for 1000M by default, which may be more than a small test machine has free.
software_min_free_space = 100M
instance_min_free_space = 100M
pidfile_software = ${join(layout.runDirectory, 'slapgrid-software.pid')}
pidfile_instance = ${join(layout.runDirectory, 'slapgrid-instance.pid')}
pidfile_report = ${join(layout.runDirectory, 'slapgrid-report.pid')}

[slapproxy]
host = ${proxy.host}
port = ${proxy.port}
database_uri = ${layout.proxyDatabase}
`;
}

/** The address of slapproxy in a slapos.cfg that {@link renderSlaposCfg} made; undefined if `text` has none. */
export function readSlapproxyAddress(text: string): SlapproxyAddress | undefined {
  const section = text.split('[slapproxy]')[1] ?? '';
  const host = /^host = (\S+)$/m.exec(section)?.[1];
  const port = /^port = (\d+)$/m.exec(section)?.[1];
  return host === undefined || port === undefined ? undefined : { host, port: Number(port) };
}
