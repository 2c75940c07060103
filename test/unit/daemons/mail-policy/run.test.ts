import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rename, stat, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { expect } from 'chai';

import { askPolicy } from '../../../../src/daemons/kit/policy-client.ts';
import {
  type MailPolicyConfig,
  serialiseMailPolicyConfig,
} from '../../../../src/daemons/mail-policy/config.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { exampleConfig } from './example-config.ts';

const entry = new URL('../../../../src/daemons/mail-policy/run.ts', import.meta.url).href;

/** Tells a milter, as Postfix does, that a message of this log-in begins; it is open until the connection ends. */
async function beginMessage(socket: string, login: string): Promise<Socket> {
  const packet = (text: string) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(Buffer.byteLength(text));
    return Buffer.concat([length, Buffer.from(text)]);
  };
  const connection = connect(socket);
  connection.write(Buffer.concat([packet(`DM{auth_authen}\0${login}\0`), packet(`M<${login}>\0`)]));
  await once(connection, 'data');
  return connection;
}

async function listens(socket: string): Promise<boolean> {
  const connection = connect(socket);
  const connected = await once(connection, 'connect').then(
    () => true,
    () => false,
  );
  connection.destroy();
  return connected;
}

describe('the mail policy process', function () {
  this.timeout(30_000);
  const folder = temporaryFolder();
  const configFile = () => join(folder(), 'mail-policy.json');
  const started: ChildProcess[] = [];
  afterEach(() => started.splice(0).forEach((child) => child.kill('SIGKILL')));

  async function write(config: MailPolicyConfig): Promise<void> {
    await writeFile(`${configFile()}.new`, serialiseMailPolicyConfig(config));
    await rename(`${configFile()}.new`, configFile());
  }

  /** The process, and what it says on standard error. */
  async function start(config: MailPolicyConfig): Promise<{ child: ChildProcess; said: () => string }> {
    await mkdir(config.stateFolder);
    await writeFile(config.users, 'alice@a.example:{X}1::::/m::\nbob@a.example:*::::/m::\n');
    await writeFile(config.quota.recipients, '');
    await writeFile(config.authors.senderLogins, '');
    await writeFile(config.logInNames, '');
    await write(config);
    const source = `import { runMailPolicy } from ${JSON.stringify(entry)}; await runMailPolicy(${JSON.stringify(configFile())});`;
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', source], {
      stdio: ['ignore', 'inherit', 'pipe'],
    });
    started.push(child);
    let text = '';
    child.stderr?.setEncoding('utf8').on('data', (part: string) => (text += part));
    for (const socket of [config.sendingSocket, config.authorSocket, config.srsSocket, config.noticeSocket]) {
      while (!(await listens(socket))) {
        if (child.exitCode !== null) throw new Error(`it ended: ${text}`);
        await delay(20);
      }
    }
    return { child, said: () => text };
  }

  it('follows its settings, and ends to be started anew when it is to listen elsewhere', async () => {
    const here = exampleConfig(folder());
    const { child, said } = await start(here);
    const ask = (account: string, recipient: string) =>
      askPolicy(
        { socket: here.sendingSocket, timeout: 5_000 },
        { sasl_username: account, instance: recipient, recipient, protocol_state: 'RCPT' },
      );
    const author = await beginMessage(here.authorSocket, 'alice@a.example');
    const sent = { sasl_username: 'alice@a.example', instance: '1@b.example', recipient_count: '1' };
    expect(await ask('alice@a.example', '1@b.example')).to.equal('DUNNO');
    await askPolicy(
      { socket: here.sendingSocket, timeout: 5_000 },
      { ...sent, protocol_state: 'END-OF-MESSAGE' },
    );
    author.destroy();
    expect(await ask('alice@a.example', '2@b.example')).to.match(/^450 4\.7\.1 /);
    expect(await ask('bob@a.example', '1@b.example')).to.match(/^REJECT 5\.7\.1 /);
    await write({
      ...here,
      anyPassword: true,
      sendingExceptions: new Map([['alice@a.example', { messagesPerHour: 9 }]]),
    });
    expect(await ask('alice@a.example', '3@b.example')).to.equal('DUNNO');
    expect(await ask('bob@a.example', '1@b.example')).to.equal('DUNNO');

    const ended = once(child, 'exit');
    await write({ ...here, logInSocket: join(folder(), 'elsewhere.sock') });
    expect(await ended).to.deep.equal([0, null]);
    expect(said()).to.match(/mail-policy\.json: .*; the process ends, to be started anew\n$/);
    expect((await stat(join(here.stateFolder, 'sending-counts.json'))).isFile()).to.equal(true);
  });
});
