import js from '@eslint/js';
import tseslint from 'typescript-eslint';

// Pure stages (ARCHITECTURE.md, chapter 1). Which modules they may import, and who may import whom, is in .dependency-cruiser.js.
const pure = [
  ...['names', 'formats', 'validate', 'model', 'plan'].map((stage) => `src/${stage}/**/*.ts`),
  'src/daemons/*/config.ts',
];
const worldlyGlobals = [
  'process',
  'fetch',
  'performance',
  'crypto',
  'setTimeout',
  'setInterval',
  'setImmediate',
];
const randomSources = ['randomBytes', 'randomUUID', 'randomInt', 'getRandomValues', 'webcrypto'];

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
  {
    files: pure,
    rules: {
      'no-restricted-globals': ['error', ...worldlyGlobals],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'a pure stage has no clock' },
        { object: 'Math', property: 'random', message: 'a pure stage has no randomness' },
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector: "NewExpression[callee.name='Date'][arguments.length=0]",
          message: 'a pure stage has no clock',
        },
      ],
      'no-restricted-imports': [
        'error',
        {
          paths: [
            {
              name: 'node:crypto',
              importNames: randomSources,
              message: 'a pure stage has no randomness',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['src/**/*.ts'],
    languageOptions: { parserOptions: { projectService: true } },
    rules: { '@typescript-eslint/switch-exhaustiveness-check': 'error' },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-unused-expressions': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
);
