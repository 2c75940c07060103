/**
 * Renders the files of an instance from its parameters. Runs the pure stages only, so it needs neither a node nor a
 * master.
 */
import { emptyLedger } from '../ledger/types.ts';
import { type LedgerText, serialiseLedger } from '../ledger/text.ts';
import { nothingOutside } from '../model/answers.ts';
import type { Facts } from '../model/facts.ts';
import type { Place, Stack } from '../model/place.ts';
import type { Needs, Provided } from '../model/provided.ts';
import { passwordFrom } from '../model/seed.ts';
import type { ParameterFile } from '../parameters/file.ts';
import { canonicalPorts } from '../plan/assemble.ts';
import type { ReleaseDefinition, ValidInstance } from '../releases/definition.ts';
import { renderFiles } from './files.ts';
import type { Render } from './templates.ts';

/** A file of the rendered folder. */
export interface FolderFile {
  path: string;
  mode: number;
  content: string;
}

/** The seed of all tokens and passwords: a constant, so that examples are the same each time. */
const exampleSeed = new Uint8Array(32);
const exampleFingerprint = (byte: string) => Array.from({ length: 32 }, () => byte).join(':');

/** Example facts about the node of a partition. */
export const exampleNode = {
  release: '/opt/slapos-mail',
  user: { name: 'slapuser0', group: 'slapuser0', uid: 1000, gid: 1000 },
  connection: {
    serverUrl: 'https://master.example.com',
    computerId: 'COMP-1',
    partitionId: 'slappart0',
    softwareUrl: 'https://releases.example.com/software.cfg',
    keyFile: '',
    certificateFile: '',
  },
  buildout: {
    eggsDirectory: '/opt/software/eggs',
    developEggsDirectory: '/opt/software/develop-eggs',
  },
} as const satisfies Partial<Place>;

/** Throws RequesterError with all errors of the parameters. */
export function renderInstance(
  file: ParameterFile,
  release: ReleaseDefinition,
  stack: Stack,
  render: Render,
): FolderFile[] {
  const instance = release.validate(file);
  const facts = exampleFacts(file, instance, stack);
  const plan = instance.plan(facts);
  const ledger = serialiseLedger(plan.ledger, `${file.instance.partition}/srv/mail`);
  const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
  return [
    ...renderFiles(plan.files, render),
    ...Object.entries(ledger satisfies LedgerText).map(([name, content]) => ({
      path: `srv/ledger/current/${name}`,
      mode: 0o600,
      content,
    })),
    { path: 'requests.json', mode: 0o600, content: json(instance.requests(facts)) },
    {
      path: 'publications.json',
      mode: 0o600,
      content: json(
        Object.fromEntries(
          plan.publications.map(({ target, parameters }) => [target || 'instance', parameters]),
        ),
      ),
    },
  ];
}

/** Facts about a new instance on an example of a node, where nobody else has answered yet. */
export function exampleFacts(file: ParameterFile, instance: ValidInstance, stack: Stack): Facts {
  const place = examplePlace(file, instance, stack);
  const provided = exampleProvided(instance.needs({ ledger: emptyLedger, place }));
  return { ledger: emptyLedger, place, provided, seed: exampleSeed, outside: nothingOutside };
}

function examplePlace(
  { instance }: ParameterFile,
  { services }: Pick<ValidInstance, 'services'>,
  stack: Stack,
): Place {
  return {
    ...exampleNode,
    partition: instance.partition,
    ipv6: instance.ipv6,
    ipv4: instance.ipv4,
    title: instance.title,
    programs: stack.programs,
    stackFacts: stack.facts,
    ports: Object.fromEntries(
      Object.entries(canonicalPorts(services)).map(([name, port]) => [
        name,
        { port, ipv4: instance.ipv4 !== null },
      ]),
    ),
  };
}

/** What `converge` would make; the same each time. */
function exampleProvided({ certificates, keyPairs, secrets }: Needs): Provided {
  const pair = {
    current: exampleFingerprint('AA'),
    next: exampleFingerprint('BB'),
    bundle: 'an example: here stand the private key and the certificate\n',
  };
  return {
    certificates: Object.fromEntries(certificates.map(({ name }) => [name, pair])),
    publicKeys: Object.fromEntries(
      Object.entries(keyPairs).map(([folder, pairs]) => [
        folder,
        Object.fromEntries(pairs.map((pair) => [pair.name, 'anExampleOfAPublicKey'])),
      ]),
    ),
    secrets: Object.fromEntries(secrets.map((name) => [name, passwordFrom(exampleSeed, name)])),
  };
}
