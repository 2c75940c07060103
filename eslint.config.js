import js from '@eslint/js';
import tseslint from 'typescript-eslint';

// The way of the data is one direction (ARCHITECTURE.md, chapter 1): a stage never imports a later one.
const forward = {
  slap: ['validate', 'model', 'plan', 'formats', 'render', 'write', 'portal', 'node'],
  validate: ['slap', 'plan', 'render', 'write', 'place', 'portal', 'node'],
  model: ['slap', 'plan', 'render', 'write', 'portal', 'node'],
  plan: ['slap', 'render', 'write', 'place', 'node'],
  formats: ['slap', 'validate', 'model', 'plan', 'render', 'write', 'place', 'portal', 'node'],
  write: ['slap', 'validate', 'model', 'portal', 'node'],
};

// Stages 2, 3 and 5 are pure: no file system, process, clock, randomness or network.
const pure = ['validate', 'model', 'plan', 'formats'];
const impureModules = [
  'node:fs',
  'node:fs/promises',
  'node:child_process',
  'node:net',
  'node:http',
  'node:https',
  'node:os',
  'node:process',
  'node:dns',
  'node:dns/promises',
  'execa',
  'undici',
];
const randomSources = ['randomBytes', 'randomUUID', 'randomInt', 'getRandomValues', 'webcrypto'];

const stageRules = Object.entries(forward).map(([stage, later]) => ({
  files: [`src/${stage}/**/*.ts`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            regex: `^\\.\\./(.*/)?(${later.join('|')})/`,
            message: `imports point forward only: src/${stage} comes before this, or is used by it`,
          },
        ],
        paths: pure.includes(stage)
          ? [
              ...impureModules.map((name) => ({
                name,
                message: 'a pure stage: what it needs of the world comes in as a value',
              })),
              { name: 'node:crypto', importNames: randomSources, message: 'a pure stage has no randomness' },
            ]
          : [],
      },
    ],
  },
}));

export default tseslint.config(
  { ignores: ['node_modules', 'dist', 'src/generated/types', 'test/golden/*/expected'] },
  js.configs.recommended,
  ...tseslint.configs.strict,
  {
    files: ['**/*.ts'],
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
    },
  },
  ...stageRules,
  {
    files: pure.map((stage) => `src/${stage}/**/*.ts`),
    rules: {
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
