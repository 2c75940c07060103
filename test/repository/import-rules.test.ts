import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { expect } from 'chai';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import extractDepcruiseOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';

import { temporaryFolder } from '../support/temporary-folder.ts';

const configuration = fileURLToPath(new URL('../../.dependency-cruiser.js', import.meta.url));

/** Titles → what some files of a `src/` hold, and the names of the rules that these files break. */
const cases: Readonly<Record<string, { files: Readonly<Record<string, string>>; broken: string[] }>> = {
  'accepts what points forward': {
    files: {
      'names/tag.ts': "import '../errors.ts';",
      'plan/mail-server/web.ts': "import '../apache.ts'; import '../../daemons/portal/config.ts';",
      'plan/apache.ts': "import '../names/tag.ts'; import { hash } from 'node:crypto'; void hash;",
      'daemons/portal/config.ts': "import '../kit/text.ts';",
      'daemons/kit/text.ts': '',
      'errors.ts': '',
    },
    broken: [],
  },
  'refuses an import of what comes later, also of a type': {
    files: {
      'names/tag.ts': "import type { Plan } from '../plan/planned.ts'; export type Tag = Plan;",
      'plan/planned.ts': 'export type Plan = string;',
    },
    broken: ['forward-only'],
  },
  'refuses an import between folders of one row': {
    files: { 'formats/shell.ts': "import '../slap/call.ts';", 'slap/call.ts': '' },
    broken: ['forward-only', 'pure-stage'],
  },
  'refuses a folder that has no place in the table': {
    files: { 'misc/text.ts': "import '../errors.ts';", 'errors.ts': '' },
    broken: ['folder-without-place'],
  },
  'refuses a circle of two files': {
    files: { 'ledger/lines.ts': "import './text.ts';", 'ledger/text.ts': "import './lines.ts';" },
    broken: ['circular-files'],
  },
  'refuses a circle of folders, although no file is in a circle': {
    files: {
      'local-node/setup/user.ts': "import '../namespace/prepare.ts';",
      'local-node/namespace/prepare.ts': '',
      'local-node/namespace/private.ts': "import '../setup/directory.ts';",
      'local-node/setup/directory.ts': '',
    },
    broken: ['circular-folders', 'circular-folders'],
  },
  'refuses a shared file of a stage that imports from a subfolder': {
    files: { 'plan/apache.ts': "import './mail-server/web.ts';", 'plan/mail-server/web.ts': '' },
    broken: ['shared-root'],
  },
  'refuses a subfolder that imports a file of the folder that leads it': {
    files: { 'converge/write/plan.ts': "import '../converge.ts';", 'converge/converge.ts': '' },
    broken: ['leading-root'],
  },
  'refuses imports between software types, in folders and in the list of releases': {
    files: {
      'model/relay-node/node.ts': "import '../relay-cluster/cluster.ts';",
      'model/relay-cluster/cluster.ts': '',
      'releases/mail-server.ts': "import './relay-node.ts';",
      'releases/relay-node.ts': '',
    },
    broken: ['one-software-type', 'one-software-type'],
  },
  'lets commands import what is not shipped, but only when they need it': {
    files: {
      'commands/release.ts': "void import('../packaging/build-release.ts');",
      'commands/node.ts': "import '../local-node/start.ts';",
      'cli.ts': "void import('./local-node/start.ts');",
      'packaging/build-release.ts': '',
      'local-node/start.ts': '',
    },
    broken: ['not-shipped', 'not-shipped-but-by-commands'],
  },
  'refuses a daemon that imports another, or what decides for it': {
    files: {
      'daemons/portal/run.ts': "import '../crond/log.ts'; import '../../model/place.ts';",
      'daemons/crond/log.ts': '',
      'model/place.ts': '',
    },
    broken: ['daemon-alone', 'daemon-alone'],
  },
  'refuses a plan that imports a running part of a daemon': {
    files: { 'plan/portal.ts': "import '../daemons/portal/run.ts';", 'daemons/portal/run.ts': '' },
    broken: ['plan-knows-configurations'],
  },
  'refuses a pure stage that reaches the file system through another folder': {
    files: {
      'model/place.ts': "import '../ledger/store.ts';",
      'ledger/store.ts': "import { open } from 'node:fs/promises'; void open;",
      'daemons/crond/config.ts': "import { connect } from 'node:net'; void connect;",
    },
    broken: ['pure-stage', 'pure-stage'],
  },
};

describe('imports within src/', function () {
  this.timeout(20_000);
  const folder = temporaryFolder();

  for (const [title, { files, broken }] of Object.entries(cases)) {
    it(title, async () => {
      for (const [path, text] of Object.entries(files)) {
        const file = join(folder(), 'src', path);
        await mkdir(dirname(file), { recursive: true });
        await writeFile(file, text);
      }
      const options = await extractDepcruiseOptions(configuration);
      const { output } = await cruise(['src'], { ...options, baseDir: folder() });
      const { violations } = (output as ICruiseResult).summary;
      expect(violations.map(({ rule }) => rule.name).sort()).to.deep.equal(broken);
    });
  }
});
