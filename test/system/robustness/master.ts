/** A master that is away, or gives answers that cannot be used. */
import { expect } from 'chai';

import { configuredProxy, startSlapproxy, stopSlapproxy } from '../../../src/local-node/slapproxy/server.ts';
import { type FakeMaster, passOn, startFakeMaster } from '../../support/system/fake-master.ts';
import { reasonOf } from '../../support/system/converge.ts';
import { activate, canLogIn, setPassword } from '../../support/system/mail-server.ts';
import { sendBy } from '../../support/system/smtp.ts';
import { alice, type DisturbedServer, domain, operator } from './disturbed-server.ts';

export function master(disturbed: () => DisturbedServer): void {
  describe('the master', () => {
    it('is away: says its URL, changes nothing, and mail and passwords work on', async () => {
      const { mail, server, oneMoreAccount, expectRefusal, expectConverged } = disturbed();
      const proxy = configuredProxy(mail.node);
      if (proxy === undefined) throw new Error('the node has no slapproxy');
      const name = await oneMoreAccount();
      await expectConverged();
      const { token } = await mail.published(name);
      await stopSlapproxy(mail.node);
      try {
        await expectRefusal(new RegExp(mail.node.serverUrl.replace(/\/$/, '')));
        expect(await sendBy(server.smtp, { sender: 'x@elsewhere.example', recipients: [alice] })).to.equal(
          'accepted',
        );
        expect(await setPassword(server, `${name}@${domain}`, token, 'its-password')).to.equal(true);
      } finally {
        await startSlapproxy(mail.node, proxy);
      }
      await expectConverged();
    });

    for (const { what, answer, reason } of [
      {
        what: 'a web page',
        answer: '<!DOCTYPE html><html><body>Welcome</body></html>',
        reason: /its answer cannot be used/,
      },
      { what: 'nothing', answer: '', reason: /its answer cannot be used/ },
      {
        what: 'a value of another kind',
        answer: '<marshal><dictionary id="i2"></dictionary></marshal>',
        reason: /its answer cannot be used/,
      },
    ]) {
      it(`answers with ${what}: says so with the URL and changes nothing`, async () => {
        const fake = await startFakeMaster((_request, response) => void response.end(answer));
        await expectUrlAndReason(fake, reason);
      });
    }

    it('answers with half an answer: changes nothing', async () => {
      const { mail } = disturbed();
      const fake = await startFakeMaster((request, response) =>
        passOn(mail.node.serverUrl, request, response, (body) => body.slice(0, body.length / 2)),
      );
      await expectUrlAndReason(fake, /its answer cannot be used/);
    });

    it('answers with an error: changes nothing', async () => {
      const fake = await startFakeMaster(
        (_request, response) => void response.writeHead(500).end('<h1>Internal Server Error</h1>'),
      );
      await expectUrlAndReason(fake, /it answered 500/);
    });

    it('hangs up: changes nothing', async () => {
      const fake = await startFakeMaster((_request, response) => void response.destroy());
      await expectUrlAndReason(fake, /./);
    });

    async function expectUrlAndReason(fake: FakeMaster, reason: RegExp): Promise<void> {
      const { expectRefusal } = disturbed();
      try {
        await expectRefusal(new RegExp(fake.url.replace(/\/$/, '')), { serverUrl: fake.url });
        await expectRefusal(reason, { serverUrl: fake.url });
      } finally {
        await fake.stop();
      }
    }

    it('takes no publications: what it lacks waits, with its tokens, for the next run', async () => {
      const { mail, server, run, oneMoreAccount, expectConverged, expectAgreement } = disturbed();
      const name = await oneMoreAccount();
      const fake = await startFakeMaster(async (request, response) => {
        if (request.url?.includes('setComputerPartitionConnectionXml')) response.writeHead(500).end('sorry');
        else await passOn(mail.node.serverUrl, request, response);
      });
      try {
        const result = await run({ serverUrl: fake.url });
        expect(result.exitCode, result.output).to.equal(operator);
        expect(reasonOf(result)).to.contain('it answered 500');
      } finally {
        await fake.stop();
      }
      expect(await mail.published(name)).to.deep.equal({});
      await expectConverged();
      await activate(mail, 'mail1', name, 'its-password');
      expect(await canLogIn(server, `${name}@${domain}`, 'its-password')).to.equal(true);
      await expectAgreement();
    });
  });
}
