/** Programs that are not installed. */
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { DisturbedServer } from './disturbed-server.ts';

export function programs(disturbed: () => DisturbedServer): void {
  it('lacks programs: all of them are named with their packages, before anything is changed', async () => {
    const { mail, expectRefusal } = disturbed();
    const programs = join(mail.node.softwareDirectory(mail.softwareUrl), 'programs.json');
    const known = JSON.parse(await readFile(programs, 'utf8')) as Record<string, { path: string }>;
    for (const name of ['dovecot', 'postmap']) Object.assign(known[name] ?? {}, { path: `/nowhere/${name}` });
    const folder = join(mail.node.layout.directory, 'broken');
    await mkdir(folder);
    for (const [file, text] of [
      ['programs.json', JSON.stringify(known)],
      ['facts.json', await readFile(programs.replace('programs.json', 'facts.json'), 'utf8')],
    ] as const) {
      await writeFile(join(folder, file), text);
      await chmod(join(folder, file), 0o644);
    }
    await chmod(folder, 0o755);
    await expectRefusal(
      /dovecot \(\/nowhere\/dovecot, package dovecot-core\).*postmap \(\/nowhere\/postmap, package postfix\)|postmap.*dovecot/,
      { programs: join(folder, 'programs.json') },
    );
  });
}
