#!/usr/bin/env node
// `slapos-mail` from a checkout; a release has the bundle instead.
import { register } from 'tsx/esm/api';

register();
await import('./cli.ts');
