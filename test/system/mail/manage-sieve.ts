/** ManageSieve: how scripts come to a server. */
import { expect } from 'chai';

import { connectLines } from '../../support/system/line-client.ts';
import type { MailServer } from '../../support/system/mail-server.ts';
import { at, passwordOf } from '../../support/system/people.ts';
import { openSieve, sieveReply } from '../../support/system/sieve.ts';
import { ipv4 } from './letters.ts';

export const manageSieve = (server: () => MailServer): void => {
  it('follows the dialogue that requesters know', async () => {
    const client = await connectLines(server().sieve);
    const greeting = await client.until(sieveReply);
    expect(greeting)
      .to.match(/^"IMPLEMENTATION" /m)
      .and.match(/^"STARTTLS"\r$/m);
    expect(greeting).to.match(/^OK/m);
    expect(await client.command('STARTTLS', sieveReply)).to.match(/^OK/);
    await client.secure();
    const capabilities = await client.until(sieveReply);
    expect(capabilities)
      .to.match(/^"SASL" ".*PLAIN.*"\r$/m)
      .and.match(/^OK[^\n]*\n$/m);
    const secret = Buffer.from(`\0${at('carol')}\0${passwordOf('carol')}`).toString('base64');
    expect(await client.command(`AUTHENTICATE "PLAIN" "${secret}"`, sieveReply)).to.match(/^OK/m);
    const script = 'require ["fileinto"];\r\nkeep;\r\n';
    const put = `PUTSCRIPT "main" {${script.length}+}\r\n${script}`;
    expect(await client.command(put, sieveReply)).to.match(/^OK/);
    expect(await client.command('SETACTIVE "main"', sieveReply)).to.match(/^OK/);
    expect(await client.command('LISTSCRIPTS', sieveReply)).to.match(/^"main" ACTIVE\r$/m);
    expect(await client.command('SETACTIVE ""', sieveReply)).to.match(/^OK/);
    expect(await client.command('LISTSCRIPTS', sieveReply)).to.match(/^"main"\r$/m);
    expect(await client.command('LOGOUT', sieveReply)).to.match(/^OK/);
    client.close();
  });

  for (const host of ['::1', ipv4]) {
    it(`refuses logins before TLS from ${host === ipv4 ? 'elsewhere' : 'its own address'}`, async () => {
      const client = await connectLines({ ...server().sieve, host });
      const greeting = await client.until(sieveReply);
      if (host === ipv4) expect(greeting).to.match(/^"SASL" ""\r$/m);
      const secret = Buffer.from(`\0${at('carol')}\0${passwordOf('carol')}`).toString('base64');
      expect(await client.command(`AUTHENTICATE "PLAIN" "${secret}"`, sieveReply)).to.match(/^NO/m);
      client.close();
    });
  }

  it('refuses a script with an error and says where it is', async () => {
    const client = await openSieve(server().sieve, at('carol'), passwordOf('carol'));
    const script = 'keep;\r\nnonsense "x";\r\n';
    const answer = await client.command(`PUTSCRIPT "bad" {${script.length}+}\r\n${script}`, sieveReply);
    expect(answer).to.match(/^NO/);
    // The reason is a literal: its lines follow.
    expect(answer + (await client.until(/nonsense/))).to.match(/line 2: .*unknown command 'nonsense'/);
    client.close();
  });
};
