/** A place as a survey of a node would find it. */
import { fileURLToPath } from 'node:url';

import { mailServerPorts, type Place } from '../../src/model/place.ts';
import { readStackLayer } from '../../src/place/stack-layer.ts';
import { fingerprint } from './fingerprint.ts';

const layer = await readStackLayer(
  fileURLToPath(new URL('../../software/stack/debian.cfg', import.meta.url)),
);

export function placeWith(more: Partial<Place> = {}): Place {
  return {
    partition: '/srv/slapgrid/slappart0',
    release: '/opt/slapos-mail',
    user: { name: 'slapuser0', group: 'slapuser0', uid: 1000, gid: 1000 },
    ipv6: 'fd00::1',
    ipv4: '10.0.0.1',
    title: 'mail one',
    connection: {
      serverUrl: 'https://master.example.com',
      computerId: 'COMP-1',
      partitionId: 'slappart0',
      softwareUrl: 'https://releases.example.com/software.cfg',
      keyFile: '',
      certificateFile: '',
    },
    programs: layer.programs,
    stackFacts: layer.facts,
    buildout: { eggsDirectory: '/opt/software/eggs', developEggsDirectory: '/opt/software/develop-eggs' },
    certificates: { current: fingerprint('AA'), next: fingerprint('BB'), bundle: 'key\ncertificate\n' },
    ports: Object.fromEntries(
      Object.entries(mailServerPorts).map(([service, port]) => [service, { port, ipv4: true }]),
    ),
    ...more,
  };
}
