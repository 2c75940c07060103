/** As whom filter scripts send: whatever they say, as their own account or as nobody. */
import { expect } from 'chai';

import { eventually } from '../../support/system/eventually.ts';
import { at } from '../../support/system/people.ts';
import type { Received } from '../../support/system/smtp-stand-in.ts';

export interface FilteredServer {
  script: (name: string, text: string) => Promise<void>;
  /** From a stranger. */
  send: (recipient: string, subject: string, headers?: string) => Promise<string>;
  arrives: (name: string, subject: string, mailbox: string) => Promise<string>;
  /** What left for the world. */
  received: () => readonly Received[];
  /** What mailq says. */
  queue: () => Promise<string>;
  /** Has what waits tried at once. */
  flush: () => Promise<unknown>;
}

const friend = 'friend@elsewhere.example';
const boss = 'ceo@bank.example';

/** Account that is there to receive only. */
export const receiver = 'receiver';

export function scriptSenders(filtered: () => FilteredServer): void {
  const abroad = (text: string) =>
    eventually(`"${text}" for the friend`, () =>
      filtered()
        .received()
        .find(({ recipients, source }) => recipients.includes(friend) && source.includes(text)),
    );
  const headOf = ({ source }: Received) => source.split(/\r?\n\r?\n/)[0] ?? '';

  it('announce in the name of their account, whoever they say they are', async () => {
    const { script, send, arrives } = filtered();
    const uris = [
      `mailto:${friend}`,
      `mailto:${friend}?From=${boss}&Sender=${boss}&Resent-From=${boss}&X-Sieve-Redirected-From=${at('bob')}`,
    ];
    for (const [index, uri] of uris.entries()) {
      for (const from of [boss, `The Boss <${boss}>`, at('carol')]) {
        const text = `announcement ${index} as ${from}`;
        await script('bob', `require "enotify";\nnotify :from "${from}" :message "${text}" "${uri}";\n`);
        expect(await send(at('bob'), text)).to.equal('accepted');
        const announced = await abroad(text);
        expect(announced.sender, text).to.equal('');
        expect(headOf(announced).match(/^(from|sender|resent-from):.*$/gim), text).to.deep.equal([
          `From: <${at('bob')}>`,
        ]);
        await arrives('bob', text, 'INBOX');
      }
    }
  });

  it('answer in the name of their account, whoever they say they are', async () => {
    const { script, send } = filtered();
    await script(
      'bob',
      `require "vacation";\nvacation :from "${boss}" :subject "Away as the boss" "I am away.";\n`,
    );
    expect(await send(at('bob'), 'a question')).to.equal('accepted');
    const reply = await eventually('a reply', () =>
      filtered()
        .received()
        .find(({ source }) => source.includes('Away as the boss')),
    );
    expect(reply.sender).to.equal('');
    expect(headOf(reply).match(/^from:.*$/gim)).to.deep.equal([`From: <${at('bob')}>`]);
  });

  it('pass mail on as their account, without another sender in Sender or Resent-From', async () => {
    const { script, send } = filtered();
    const edit = [`addheader "Resent-From" "${boss}";`, `addheader :last "Sender" "${boss}";`];
    await script(
      'bob',
      `require "editheader";\n${edit.join('\n')}\naddheader "X-Mine" "yes";\nredirect "${friend}";\n`,
    );
    expect(await send(at('bob'), 'passed on')).to.equal('accepted');
    const passed = await abroad('Subject: passed on');
    expect(passed.sender).to.equal(at('bob'));
    expect(headOf(passed)).to.not.contain('bank.example');
    expect(headOf(passed)).to.match(/^From: stranger@elsewhere\.example/m);
    expect(headOf(passed)).to.match(/^X-Mine: yes/m);
  });

  it('of an account that is there to receive send nothing: its mail stays in the mailbox', async () => {
    const { script, send, arrives, received } = filtered();
    const text = [
      'require ["enotify", "vacation"];',
      `notify :message "received" "mailto:${friend}";`,
      'vacation "I am away.";',
      `redirect "${friend}";`,
    ];
    await script(receiver, text.join('\n'));
    const before = received().length;
    expect(await send(at(receiver), 'for the receiver')).to.equal('accepted');
    await arrives(receiver, 'for the receiver', 'INBOX');
    // What others send after it arrives, and nothing of it did.
    await script('bob', `redirect "${friend}";\n`);
    expect(await send(at('bob'), 'after the receiver')).to.equal('accepted');
    await abroad('Subject: after the receiver');
    expect(received()).to.have.lengthOf(before + 1);
  });
}
