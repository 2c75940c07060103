#!/usr/bin/env node
// `slapos-mail` from a checkout; a release has the bundle instead.
import console from 'node:console';
import process from 'node:process';

let register;
try {
  ({ register } = await import('tsx/esm/api'));
} catch (error) {
  if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  console.error(
    'The packages of this checkout are not installed; run npm ci, or npm start, which does it as well',
  );
  process.exit(4);
}
register();
await import('./cli.ts');
