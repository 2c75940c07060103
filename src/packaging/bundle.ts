import { extname, join, relative, sep } from 'node:path';

import { type Plugin, build } from 'esbuild';

import { notice } from './notice.ts';
import type { ReleaseFile } from './release-file.ts';

/** Folders and files of src/ that run from a checkout only, and the packages that only they need. */
const checkoutOnly = ['packaging', 'local-node', 'generated/generate.ts', 'generated/generated-files.ts'];
const checkoutPackages = [
  'esbuild',
  'tar',
  'execa',
  'listr2',
  'json-schema-to-typescript',
  'tsx',
  'typescript',
];

/** Names that CommonJS packages use and that ES modules do not have. */
const banner = [
  "import { createRequire as __createRequire } from 'node:module';",
  "import { dirname as __pathDirname } from 'node:path';",
  "import { fileURLToPath as __fileURLToPath } from 'node:url';",
  'const require = __createRequire(import.meta.url);',
  'const __filename = __fileURLToPath(import.meta.url);',
  'const __dirname = __pathDirname(__filename);',
].join('\n');

/**
 * One `.mjs` for each of `programs` (name → source file), `chunks/*.mjs` with the parts and packages that they load, and
 * NOTICE with the licences of the packages. What a command imports lazily is a chunk that other commands never read:
 * reading all of it would take half the time of a short command, and memory in every daemon.
 */
export async function bundle(
  root: string,
  programs: Readonly<Record<string, string>>,
): Promise<ReleaseFile[]> {
  const result = await build({
    absWorkingDir: root,
    entryPoints: { ...programs },
    outdir: root,
    outExtension: { '.js': '.mjs' },
    chunkNames: 'chunks/[name]-[hash]',
    write: false,
    bundle: true,
    splitting: true,
    metafile: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    legalComments: 'none',
    banner: { js: banner },
    plugins: [leaveOutCheckoutCommands(root)],
    logLevel: 'silent',
  });
  return [
    ...result.outputFiles.map(({ path, contents }) => ({
      path: relative(root, path),
      content: Buffer.from(contents),
    })),
    { path: 'NOTICE', content: await notice(root, Object.keys(result.metafile.inputs)) },
  ];
}

/**
 * The CLI imports commands for a checkout lazily. In a bundle such an import throws an OperatorError that says so; a
 * static import of them or of their packages fails the build.
 */
function leaveOutCheckoutCommands(root: string): Plugin {
  const resolving = Symbol('resolving');
  return {
    name: 'leave-out-checkout-commands',
    setup(builder) {
      builder.onResolve({ filter: /.*/ }, async (request) => {
        if (request.kind === 'entry-point' || (request.pluginData as unknown) === resolving) return undefined;
        const wanted = checkoutPackages.includes(packageOf(request.path))
          ? request.path
          : extname(request.path) === '.ts'
            ? await checkoutModule(request.path, request.resolveDir)
            : undefined;
        if (wanted === undefined) return undefined;
        if (request.kind === 'dynamic-import') return { path: wanted, namespace: 'checkout-only' };
        const importer = relative(root, request.importer);
        return {
          errors: [
            { text: `${importer} imports ${wanted}, which a release does not have; import it lazily` },
          ],
        };
      });
      builder.onLoad({ filter: /.*/, namespace: 'checkout-only' }, () => ({
        contents: `import { OperatorError } from './src/errors.ts';
throw new OperatorError('this command runs from a checkout of slapos-mail, not from a release');`,
        resolveDir: root,
      }));
      async function checkoutModule(path: string, resolveDir: string): Promise<string | undefined> {
        const found = await builder.resolve(path, {
          kind: 'import-statement',
          resolveDir,
          pluginData: resolving,
        });
        const inSource = relative(join(root, 'src'), found.path).split(sep).join('/');
        return checkoutOnly.some((name) => inSource === name || inSource.startsWith(`${name}/`))
          ? `src/${inSource}`
          : undefined;
      }
    },
  };
}

function packageOf(path: string): string {
  return path.split('/', path.startsWith('@') ? 2 : 1).join('/');
}
