// `npm run unused`, which is part of lint, runs knip twice. The first run counts tests as users too: it finds files,
// exports, types and dependencies that nobody uses. The second, with --production, sees src/ alone (the patterns that
// end with `!`): what only tests use is dead. An export that its own file uses is alive there, because a unit test may
// look at one part.
import process from 'node:process';

const production = process.argv.includes('--production');

export default {
  // Beside what package.json starts: programs of a release, and tests that run as processes of their own.
  entry: [
    'src/cli.ts!',
    'src/generated/generate.ts!',
    'test/**/*.test.ts',
    'test/bench/throughput/inside.ts',
    'test/support/children/*.ts',
    'test/runner/*.ts',
  ],
  project: ['src/**/*.{ts,mjs}!', 'test/**/*.ts'],
  // A type belongs to the function that takes or returns it, whether or not others name it.
  ignoreExportsUsedInFile: production || { type: true, interface: true },
  // Each schema gets the same two types: as its requester writes it, and with the defaults filled in.
  ignoreIssues: { 'src/generated/types/**': ['types'] },
  // They come with the system: Debian packages.
  ignoreBinaries: ['.+'],
};
