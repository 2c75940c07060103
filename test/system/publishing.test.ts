/** A master that refuses what an instance tells or asks it, from the first processing on: its services start all the same. */
import { readFile, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';

import { expect } from 'chai';

import { eventually } from '../support/system/eventually.ts';
import { type FakeMaster, passOn, startFakeMaster } from '../support/system/fake-master.ts';
import { type MailNode, startMailNode } from '../support/system/mail-node.ts';
import { activate, canLogIn, endpointsOf } from '../support/system/mail-server.ts';

const domain = 'mail1.example.com';
const alice = `alice@${domain}`;

describe('an instance whose master refuses', () => {
  let mail: MailNode;
  let master: FakeMaster;
  /** What the master answers with an error. */
  let refuses: (request: IncomingMessage) => boolean;
  let slaposCfg: string;

  before(async () => {
    mail = await startMailNode();
    master = await startFakeMaster(async (request, response) => {
      if (refuses(request)) response.writeHead(500).end('not today');
      else await passOn(mail.node.serverUrl, request, response);
    });
    slaposCfg = await readFile(mail.node.layout.slaposCfg, 'utf8');
    const throughFake = slaposCfg.replace(/^master_url = .*$/m, `master_url = ${master.url}`);
    await writeFile(mail.node.layout.slaposCfg, throughFake);
    await mail.request('mail1');
    await mail.requestAccount('mail1', 'alice', { address: alice });
  });

  after(async () => {
    await mail?.stop();
    await master?.stop();
  });

  const isPublication = ({ url }: IncomingMessage) =>
    url?.includes('setComputerPartitionConnectionXml') ?? false;
  const isRelation = ({ url }: IncomingMessage) => url?.includes('requestComputerPartition') ?? false;
  /** What a pass says when the promise tells of waiting publications. */
  const waiting = /2 publications are not sent to the master: .*it answered 500/;

  it('everything starts its services in the first processing, and a promise names what waits and why', async () => {
    refuses = (request) => isPublication(request) || isRelation(request);
    const { exitCode, output } = await mail.node.processInstances();
    expect(exitCode, output).to.equal(2);
    expect(output).to.match(/Monitor Frontend: .*it answered 500.*; it is left out/);
    expect(output).to.match(/not published: .*it answered 500/);
    const running = (await mail.node.serviceStatus()).map(({ name }) => name);
    expect(running).to.include.members(['postfix', 'dovecot', 'apache', 'portal', 'mail-policy', 'crond']);
    await eventually('the promise of waiting publications', async () =>
      waiting.test((await mail.node.checkPromises()).output),
    );
    expect(await mail.published('mail1')).to.deep.equal({});
  });

  it('one publication gets all others, also those behind it', async () => {
    refuses = () => false;
    await mail.settle();
    await activate(mail, 'mail1', 'alice', 'alices-password');
    expect(await canLogIn(endpointsOf(await mail.published('mail1')), alice, 'alices-password')).to.equal(
      true,
    );
    const { output } = await mail.node.checkPromises();
    expect(output).to.not.match(/not sent to the master/);
  });

  it('a relation later goes on with its last answer', async () => {
    // The account that was activated is published once more.
    await mail.reprocess();
    const before = await mail.published('mail1');
    refuses = isRelation;
    const { output } = await mail.reprocess();
    expect(output).to.match(/Monitor Frontend: .*; what it answered last goes on/);
    expect(await mail.published('mail1')).to.deep.equal(before);
  });
});
