/**
 * Notices that mail waits are for people of this server. The sender of forwarded mail is a stranger, and may be forged: he gets
 * none. Postfix makes a notice for every sender, so those that would go back by a rewritten address (SRS) are discarded.
 */
import { delaySubject } from '../../names/delay-subject.ts';
import { discarded, type Milter } from './milter-server.ts';

const rewritten = /^\s*<?"?srs[01][=+-]/i;

/** Postfix shows it its own notices and bounces. */
export const delayNotices: Milter = {
  headers: new Set(['subject', 'to']),
  looksAt: ({ sender }) => sender === '',
  open: () => () => undefined,
  judge({ headers }) {
    const valueOf = (wanted: string) => headers.find(({ name }) => name === wanted)?.value ?? '';
    const isNotice = valueOf('subject').trim() === delaySubject;
    return Promise.resolve(isNotice && rewritten.test(valueOf('to')) ? discarded : null);
  },
};
