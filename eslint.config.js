import js from '@eslint/js';
import { importX } from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

// The way of the data is one direction (ARCHITECTURE.md, chapter 1): a stage never imports a later one.
const stages = ['slap', 'validate', 'model', 'plan', 'formats', 'write'];
const forward = [
  { stage: 'slap', mayNot: ['validate', 'model', 'plan', 'formats', 'write', 'portal', 'node'] },
  { stage: 'validate', mayNot: ['slap', 'plan', 'write', 'portal', 'node'] },
  { stage: 'model', mayNot: ['slap', 'plan', 'write', 'portal', 'node'] },
  { stage: 'plan', mayNot: ['slap', 'validate', 'write', 'portal', 'node'] },
  { stage: 'formats', mayNot: [...stages.filter((stage) => stage !== 'formats'), 'portal', 'node'] },
  { stage: 'write', mayNot: ['slap', 'validate', 'portal', 'node'] },
];
const pureStages = ['validate', 'model', 'plan', 'formats'];

export default tseslint.config(
  { ignores: ['node_modules', 'dist', 'src/generated/types', 'test/golden/*/expected'] },
  js.configs.recommended,
  ...tseslint.configs.strict,
  {
    files: ['**/*.ts'],
    plugins: { 'import-x': importX },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      'import-x/no-cycle': 'error',
      'import-x/no-restricted-paths': [
        'error',
        {
          zones: forward.flatMap(({ stage, mayNot }) =>
            mayNot.map((later) => ({
              target: `./src/${stage}`,
              from: `./src/${later}`,
              message: `${stage} comes before ${later}, or is used by it: imports point forward only`,
            })),
          ),
        },
      ],
    },
  },
  {
    // Stages 2, 3 and 5 are pure: no file system, process, clock, randomness or network.
    files: pureStages.map((stage) => `src/${stage}/**/*.ts`),
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: [
            'node:fs',
            'node:fs/promises',
            'node:child_process',
            'node:net',
            'node:http',
            'node:https',
            'node:os',
            'node:process',
            'node:dns',
            'execa',
            'undici',
          ].map((name) => ({
            name,
            message: 'a pure stage: what it needs of the world comes in as a value',
          })),
        },
      ],
      'no-restricted-globals': ['error', 'process', 'fetch', 'setTimeout'],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'a pure stage has no clock' },
        { object: 'Math', property: 'random', message: 'a pure stage has no randomness' },
      ],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-unused-expressions': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
);
