/**
 * Which file of src/ may import which. `npm run lint` checks it with dependency-cruiser; an import of a type counts like
 * any other.
 */

/**
 * Imports point forward only: a folder imports from the rows above its own. Folders of one row do not import each other.
 * A new folder of src/ gets its place here, or lint fails.
 */
const rows = [
  ['errors.ts'],
  ['names'],
  ['formats', 'slap', 'host'],
  ['ledger'],
  ['generated'],
  ['validate'],
  ['model'],
  ['daemons'],
  ['plan'],
  ['releases', 'parameters'],
  ['render'],
  ['converge'],
  ['packaging'],
  ['local-node'],
  ['commands'],
  ['cli.ts'],
  ['bin.mjs'],
];

/** One folder for each software type, in several stages: what two types share stands in the folder above. */
const softwareTypes = 'mail-server|relay-cluster|relay-node';

/** In these, subfolders import the files of the folder above; in all others, the files above import the subfolders. */
const sharedRoots = 'validate|model|plan|local-node';

/** They are not part of a release. */
const notShipped = 'packaging|local-node';

/** Pure: no file system, process, clock, randomness or network, not even through what they import. */
const pure = '^src/(names|formats|validate|model|plan)/|^src/daemons/[^/]+/config\\.ts$';
const impureModules =
  '^(node:)?(fs|child_process|worker_threads|process|os|net|tls|dgram|dns|http|https|http2|timers)(/|$)';

const inside = (names) => `^src/(${names.join('|')})(/|$)`;

/** A rule of dependency-cruiser; the message says what is wrong and what to do. */
const forbid = (name, comment, from, to) => ({
  name,
  comment,
  severity: 'error',
  from,
  to,
});

const forwardOnly = rows.flatMap((row, index) =>
  row.map((name) =>
    forbid(
      'forward-only',
      'imports point forward only: move what both need into a folder that stands above both in .dependency-cruiser.js',
      { path: inside([name]) },
      { path: '^src/', pathNot: inside([name, ...rows.slice(0, index).flat()]) },
    ),
  ),
);

export default {
  forbidden: [
    ...forwardOnly,
    forbid(
      'folder-without-place',
      'this folder of src/ is not in the table of .dependency-cruiser.js: give it its place',
      { path: '^src/', pathNot: [inside(rows.flat())] },
      {},
    ),
    forbid(
      'circular-files',
      'files import each other in a circle: move what both need into a file of its own',
      {},
      { circular: true },
    ),
    {
      ...forbid(
        'circular-folders',
        'folders import each other in a circle: move what both need into a folder that both may import',
        {},
        { circular: true },
      ),
      scope: 'folder',
    },
    forbid(
      'shared-root',
      'what stands in this folder serves its subfolders, and imports none of them',
      { path: `^src/(${sharedRoots})/[^/]+$` },
      { path: '^src/$1/.+/' },
    ),
    forbid(
      'leading-root',
      "the files of this folder lead those of its subfolders, which import none of them but a daemon's config.ts",
      { path: '^src/(.+)/[^/]+/[^/]+$' },
      { path: '^src/$1/[^/]+$', pathNot: [`^src/(${sharedRoots})/`, '^src/daemons/[^/]+/config\\.ts$'] },
    ),
    forbid(
      'one-software-type',
      'a file of one software type does not import one of another: what both need stands in the folder above',
      { path: `^src/[^/]+/(${softwareTypes})[/.]` },
      { path: `^src/[^/]+/(${softwareTypes})[/.]`, pathNot: '^src/[^/]+/$1[/.]' },
    ),
    forbid(
      'not-shipped',
      'this folder is not part of a release: only commands import it, and only with `import()`',
      { path: '^src/', pathNot: [`^src/(${notShipped})/`] },
      { path: `^src/(${notShipped})/`, dynamic: false },
    ),
    forbid(
      'not-shipped-but-by-commands',
      'this folder is not part of a release: only commands import it, and only with `import()`',
      { path: '^src/', pathNot: [`^src/(commands|${notShipped})/`] },
      { path: `^src/(${notShipped})/` },
    ),
    forbid(
      'daemon-alone',
      'a daemon knows what it is told, not how that was decided: it imports errors, names, formats, ledger, host and daemons/kit',
      { path: '^src/daemons/([^/]+)/' },
      {
        path: '^src/',
        pathNot: [inside(['errors.ts', 'names', 'formats', 'ledger', 'host']), '^src/daemons/($1|kit)/'],
      },
    ),
    forbid(
      'plan-knows-configurations',
      'of a daemon the plan imports its configuration (config.ts), and daemons/kit, nothing that runs',
      { path: '^src/plan/' },
      { path: '^src/daemons/', pathNot: '^src/daemons/(kit/|[^/]+/config\\.ts$)' },
    ),
    forbid(
      'pure-stage',
      'a pure stage: what it needs of the world comes in as a value',
      { path: pure },
      { path: [impureModules, '^node_modules/(execa|undici)/', '^src/(slap|host)/'], reachable: true },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '\\.json$' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
  },
};
