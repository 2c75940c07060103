/** Tools for administrators of a node, which has two Postfix services: each tool says which of them it means. Pure. */
import { shellCommand } from '../../formats/shell.ts';
import type { Place } from '../../model/place.ts';
import type { Part, Tool } from '../part.ts';
import type { PlannedFile } from '../planned.ts';
import { adminTools, qshapeTool } from '../postfix-tools.ts';
import { inboundPostfix, outboundPostfix, type RelayService } from './postfix-pair.ts';

const services: readonly RelayService[] = ['inbound', 'outbound'];
/** Tools that only show something also exist without a prefix, and then show both services. */
const showing = ['mailq', 'qshape'] as const;

export const toolsPart: Part<{ place: Place }> = {
  services: [],
  programs: ['qshape'],
  contribute: ({ place }) => ({
    folders: services.map((service) => ({ path: toolFolder(service), mode: 0o750 })),
    files: [
      ...services.flatMap((service) => [activation(place, service), ...plainNames(place, service)]),
      ...showing.map((name) => forBoth(place, name)),
    ],
    tools: Object.fromEntries(services.flatMap((service) => Object.entries(toolsOf(place, service)))),
  }),
};

function toolsOf(place: Place, service: RelayService): Record<string, Tool> {
  const location = { place, ...(service === 'inbound' ? inboundPostfix : outboundPostfix) };
  return { ...adminTools(location, `${service}-`), ...qshapeTool(location, `${service}-`) };
}

function toolFolder(service: RelayService): string {
  return `libexec/${service}-tools`;
}

/** The tools by their own names, in a folder for `PATH`. */
function plainNames(place: Place, service: RelayService): PlannedFile[] {
  return Object.keys(toolsOf(place, service)).map((tool) => ({
    path: `${toolFolder(service)}/${tool.slice(`${service}-`.length)}`,
    mode: 0o700,
    body: { text: `#!/bin/sh\nexec ${shellCommand([`${place.partition}/bin/${tool}`])} "$@"\n` },
  }));
}

function activation(place: Place, service: RelayService): PlannedFile {
  return {
    path: `bin/activate-${service}`,
    mode: 0o700,
    body: {
      template: 'mail-server-relay/activate.hbs',
      context: {
        service,
        script: `${place.partition}/bin/activate-${service}`,
        toolFolder: `${place.partition}/${toolFolder(service)}`,
      },
    },
  };
}

function forBoth(place: Place, name: string): PlannedFile {
  return {
    path: `bin/${name}`,
    mode: 0o700,
    body: {
      template: 'mail-server-relay/both.hbs',
      context: {
        tools: services.map((service) => ({ service, path: `${place.partition}/bin/${service}-${name}` })),
      },
    },
  };
}
