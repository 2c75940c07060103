/** Setting, using and changing the password of an account. */
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

import { expect } from 'chai';

import { eventually, worksWithin } from '../../support/system/eventually.ts';
import { connectLines } from '../../support/system/line-client.ts';
import { activate, canLogIn, imapClient, setPassword } from '../../support/system/mail-server.ts';
import { sieveReply } from '../../support/system/sieve.ts';
import { openSmtp } from '../../support/system/smtp.ts';
import { type Accounts, at } from './requested-accounts.ts';

export const oddReference = 'odd <&>"\' ../../[x]: é';

/** Accounts whose passwords change during processing. */
export const busy = Array.from({ length: 8 }, (_, index) => `busy${index}`);

export function passwords(accounts: () => Accounts): void {
  it('lets nobody log in to a new account, not even with its token', async () => {
    const { logsIn, submits, token } = accounts();
    const guesses = ['', 'alice', await token('alice')];
    expect(await Promise.all(guesses.map((guess) => logsIn('alice', guess)))).to.deep.equal([
      false,
      false,
      false,
    ]);
    expect(await submits(at('alice'), await token('alice'))).to.equal(false);
  });

  it('sets no password with a wrong token, nor with that of another account', async () => {
    const { logsIn, server, token } = accounts();
    for (const wrong of ['', 'wrong-token-of-some-length', await token('bob')]) {
      expect(await setPassword(server, at('alice'), wrong, 'secret-99'), wrong).to.equal(false);
    }
    expect(await logsIn('alice', 'secret-99')).to.equal(false);
  });

  it('takes the password, and IMAP and SMTP accept it within two seconds', async () => {
    const { logsIn, server, submits, token } = accounts();
    expect(await setPassword(server, at('alice'), await token('alice'), 'alices-pw')).to.equal(true);
    await Promise.all([
      worksWithin('IMAP login', 2000, () => logsIn('alice', 'alices-pw')),
      worksWithin('SMTP login', 2000, () => submits(at('alice'), 'alices-pw')),
    ]);
  });

  it('refuses the token the second time, and the first password stays', async () => {
    const { logsIn, server, token } = accounts();
    expect(await setPassword(server, at('alice'), await token('alice'), 'another-pw')).to.equal(false);
    expect(await logsIn('alice', 'another-pw')).to.equal(false);
    expect(await logsIn('alice', 'alices-pw')).to.equal(true);
  });

  it('matches user names in any letter case', async () => {
    const { logsIn, server, submits } = accounts();
    expect(await canLogIn(server, 'Alice@Mail1.EXAMPLE.com', 'alices-pw')).to.equal(true);
    expect(await submits('ALICE@MAIL1.EXAMPLE.COM', 'alices-pw')).to.equal(true);
    expect(await logsIn('alice', 'ALICES-PW'), 'passwords are not folded').to.equal(false);
  });

  it('accepts an address in upper case and publishes it in lower case', async () => {
    const { mail } = accounts();
    expect((await mail.published('upper'))['address']).to.equal('upper.case@mail1.example.com');
    await activate(mail, 'mail1', 'upper', 'uppers-pw');
  });

  it('ends what is open with the previous password when it is changed, and nothing of others', async () => {
    const { server } = accounts();
    const upper = 'upper.case@mail1.example.com';
    const stolen = imapClient(server.imaps, upper, 'uppers-pw');
    const other = imapClient(server.imaps, at('alice'), 'alices-pw');
    await Promise.all([stolen.connect(), other.connect()]);
    try {
      expect(await setPassword(server, upper, '', 'uppers-new-pw', 'uppers-pw')).to.equal(true);
      await eventually('the end of the session', async () => !stolen.usable);
      expect(await canLogIn(server, upper, 'uppers-pw'), 'a new session').to.equal(false);
      await worksWithin('login', 2000, () => canLogIn(server, upper, 'uppers-new-pw'));
      await other.noop();
    } finally {
      stolen.close();
      await other.logout();
    }
  });

  it('takes a password with accents in every form in which programs send it, by IMAP, SMTP and ManageSieve', async () => {
    const { mail, server } = accounts();
    const logInTo = async (secret: Buffer): Promise<string[]> => {
      const base64 = Buffer.concat([Buffer.from(`\0${at('accents')}\0`), secret]).toString('base64');
      const imap = await connectLines(server.imaps);
      const smtp = await openSmtp(server.smtp);
      const sieve = await connectLines(server.sieve);
      try {
        await imap.secure();
        await imap.until(/^\* OK/);
        await sieve.until(sieveReply);
        await sieve.command('STARTTLS', sieveReply);
        await sieve.secure();
        await sieve.until(sieveReply);
        return await Promise.all([
          imap.command(`a AUTHENTICATE PLAIN ${base64}`, /^a /),
          smtp.command(`AUTH PLAIN ${base64}`, /^\d{3} /),
          sieve.command(`AUTHENTICATE "PLAIN" "${base64}"`, sieveReply),
        ]);
      } finally {
        for (const each of [imap, smtp, sieve]) each.close();
      }
    };
    const expectLogIns = async (secret: Buffer, result: boolean, what: string) => {
      const good = [/^a OK/m, /^235 /m, /^OK/m];
      const answers = await logInTo(secret);
      expect(
        answers.map((answer, index) => good[index]?.test(answer)),
        `${what}: ${answers.join(' ')}`,
      ).to.deep.equal([result, result, result]);
    };
    const password = 'Été à Zürich œ';
    const forms = {
      NFC: Buffer.from(password.normalize('NFC')),
      NFD: Buffer.from(password.normalize('NFD')),
      // œ is 0x9c in the Windows character set, and in no Latin-1.
      Windows: Buffer.from('\xc9t\xe9 \xe0 Z\xfcrich \x9c', 'latin1'),
    };
    // Set as a Macintosh sends it: the page makes one of all.
    await activate(mail, 'mail1', 'accents', password.normalize('NFD'));
    await worksWithin('log-in', 2000, () => canLogIn(server, at('accents'), password));
    for (const [name, bytes] of Object.entries(forms)) await expectLogIns(bytes, true, name);
    await expectLogIns(Buffer.from('Ete a Zurich oe'), false, 'without accents');
    await expectLogIns(Buffer.from('\xc9t\xe9 \xe0 Z\xfcrich', 'latin1'), false, 'its beginning');

    // Changed to another: no form of the one before is good any more.
    const next = 'Forêt d’hiver';
    expect(await setPassword(server, at('accents'), '', next, password)).to.equal(true);
    await worksWithin('log-in', 2000, () => canLogIn(server, at('accents'), next));
    for (const [name, bytes] of Object.entries(forms)) await expectLogIns(bytes, false, `former ${name}`);
    for (const bytes of [Buffer.from(next.normalize('NFD')), Buffer.from('For\xeat d\x92hiver', 'latin1')])
      await expectLogIns(bytes, true, 'the new one');
  });

  it('takes no form of a password with accents once the account waits for a new one', async () => {
    const { mail, server } = accounts();
    await mail.requestAccount('mail1', 'accents', {
      address: at('accents'),
      'reset-token': 'accents-reset-1',
    });
    await mail.settle();
    for (const form of ['NFC', 'NFD']) {
      const password = 'Forêt d’hiver'.normalize(form);
      await worksWithin(form, 2000, async () => !(await canLogIn(server, at('accents'), password)));
    }
    const spellings = await readFile(await mail.partition('mail1', 'srv/ledger/current/spellings'), 'utf8');
    expect(spellings).to.equal('');
  });

  it('takes references with blanks, brackets and quotes', async () => {
    const { mail } = accounts();
    await activate(mail, 'mail1', oddReference, 'odds-pass');
  });

  it('loses no password that is set or changed while the instance is processed', async () => {
    const { logsIn, mail, server, token } = accounts();
    let processing = true;
    const passes = (async () => {
      for (let pass = 0; pass < 2; pass += 1) {
        const { exitCode, output } = await mail.reprocess();
        if (exitCode !== 0) throw new Error(output.slice(-2000));
      }
      processing = false;
    })();
    const lastPasswords = Promise.all(
      busy.map(async (name) => {
        let password = `${name}-first`;
        if (!(await setPassword(server, at(name), await token(name), password)))
          throw new Error(`${name}: refused`);
        for (let change = 1; processing; change += 1) {
          const next = `${name}-change-${change}`;
          const changed = await setPassword(server, at(name), '', next, password);
          if (!changed) throw new Error(`${name}: change ${change} was refused`);
          password = next;
          // Hashing is slow on purpose: without a pause, it takes the time that the processing needs.
          await delay(2000);
        }
        return [name, password] as const;
      }),
    );
    await passes;
    for (const [name, password] of await lastPasswords) {
      expect(await logsIn(name, password), `${name} ${password}`).to.equal(true);
    }
    await mail.reprocess();
    for (const [name, password] of await lastPasswords) {
      expect(await logsIn(name, password), `${name} ${password}, processed again`).to.equal(true);
    }
  });
}
