/** Everything that is made from schemas/, as `{path: text}`; a test compares the committed files with it. */
import { parameterReference } from './parameter-reference.ts';
import { schemas } from './schemas.ts';
import { typeOfSchema } from './type-of-schema.ts';

export async function generatedFiles(): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const path of Object.keys(schemas).filter((name) => name.endsWith('-input.json'))) {
    files[`src/generated/types/${path.replace(/\.json$/, '.ts')}`] = await typeOfSchema(path);
  }
  files['docs/parameters/mail-server.md'] = parameterReference('mail-server', [
    'mail-server/default-input.json',
    'mail-server/default-output.json',
    'mail-server/account-input.json',
    'mail-server/account-output.json',
    'mail-server/alias-input.json',
    'mail-server/alias-output.json',
    'mail-server/default-ors-input.json',
  ]);
  files['docs/parameters/mail-server-relay.md'] = parameterReference('mail-server-relay', [
    'mail-server-relay/cluster-input.json',
    'mail-server-relay/cluster-output.json',
    'mail-server-relay/domain-input.json',
    'mail-server-relay/domain-output.json',
    'mail-server-relay/relay-input.json',
    'mail-server-relay/relay-output.json',
  ]);
  return files;
}
