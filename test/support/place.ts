/** A place as a survey of a node would find it. */
import { fileURLToPath } from 'node:url';

import type { Place } from '../../src/model/place.ts';
import { canonicalPorts, servicesOf } from '../../src/plan/assemble.ts';
import { mailServerParts } from '../../src/plan/mail-server/plan.ts';
import type { Service } from '../../src/plan/part.ts';
import { readStackLayer } from '../../src/render/stack-layer.ts';
import { exampleNode } from '../../src/render/instance.ts';

const layer = await readStackLayer(
  fileURLToPath(new URL('../../software/stack/debian.cfg', import.meta.url)),
);

export function placeWith(more: Partial<Place> = {}): Place {
  return {
    ...exampleNode,
    partition: '/srv/slapgrid/slappart0',
    ipv6: 'fd00::1',
    ipv4: '10.0.0.1',
    title: 'mail one',
    programs: layer.programs,
    stackFacts: layer.facts,
    ports: portsOf(servicesOf(mailServerParts)),
    ...more,
  };
}

/** Each service at its canonical ports, on the IPv4 as well. */
export function portsOf(services: readonly Service[]): Place['ports'] {
  return Object.fromEntries(
    Object.entries(canonicalPorts(services)).map(([name, port]) => [name, { port, ipv4: true }]),
  );
}
