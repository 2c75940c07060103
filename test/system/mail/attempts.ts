/** Who may send what to whom, and what others come to. */
import { at, domain } from '../../support/system/people.ts';
import { stranger } from './letters.ts';

/** Who sends, envelope sender, recipient, what comes of it. `null`: without logging in. */
export type Attempt = [who: string | null, sender: string, recipient: string, result: RegExp, title: string];

const accepted = /^accepted$/;
const refused = /^RCPT 5/;
export const unknown = /^RCPT 550 5\.1\.1 /;

export const attempts: Attempt[] = [
  ['dave', at('dave'), at('bob'), accepted, 'lets an account send as itself'],
  ['dave', at('DAVE'), at('bob'), accepted, 'lets an account send as itself in capitals'],
  ['dave', at('dave'), at('BOB'), accepted, 'finds a recipient in capitals'],
  ['dave', at('dave'), 'someone@elsewhere.invalid', accepted, 'lets an account write to other servers'],
  ['dave', at('dave'), at('nobody'), unknown, 'tells an account about an unknown recipient'],
  ['dave', at('alice'), at('bob'), refused, 'keeps an account from sending as another'],
  ['dave', at('nobody'), at('bob'), refused, 'keeps an account from sending as a name that does not exist'],
  [
    'dave',
    at('dave+news'),
    at('bob'),
    refused,
    'keeps an account from sending with a tag where there are none',
  ],
  [
    'dave',
    'dave@second.example.com',
    at('bob'),
    refused,
    'keeps an account from using another hosted domain',
  ],
  ['dave', stranger, at('bob'), refused, 'keeps an account from sending as a foreign address'],
  ['dave', `dave@sub.${domain}`, at('bob'), refused, 'keeps an account from using a subdomain'],
  ['dave', '', at('bob'), /^END 550 5\.7\.1 /, 'keeps an account from sending without a sender'],
  ['dave', '"dave"', at('bob'), refused, 'keeps an account from sending without a domain'],
  [null, stranger, at('bob'), accepted, 'takes mail from outside'],
  [null, stranger, at('BoB').toUpperCase(), accepted, 'takes mail from outside for a recipient in capitals'],
  [null, stranger, at('"bob"'), accepted, 'takes mail for a quoted local part, which is the same mailbox'],
  [null, '', at('bob'), accepted, 'takes bounces'],
  [null, stranger, at('postmaster+x'), unknown, 'takes none for the postmaster with a tag'],
  [null, stranger, at('nobody'), unknown, 'refuses unknown recipients from outside'],
  [null, stranger, at('bob+news'), unknown, 'knows no tags where they are switched off'],
  [null, stranger, 'bob@second.example.com', unknown, 'keeps the names of hosted domains apart'],
  [null, stranger, 'bob@mail1', refused, 'has no mailbox under its host name'],
  [null, stranger, 'someone@elsewhere.example', refused, 'relays for nobody'],
  [null, '', 'someone@elsewhere.example', refused, 'relays no bounces'],
  [null, stranger, `bob@sub.${domain}`, refused, 'takes nothing for a subdomain'],
  [null, stranger, 'someone%elsewhere.example@mail1.example.com', refused, 'knows no percent hack'],
  [null, stranger, '"someone@elsewhere.example"@mail1.example.com', refused, 'relays for no quoted address'],
  [
    null,
    stranger,
    'someone@elsewhere.example@mail1.example.com',
    refused,
    'relays for no address with two @',
  ],
  [null, stranger, '@mail1.example.com:someone@elsewhere.example', refused, 'relays along no source route'],
  [null, stranger, 'elsewhere.example!someone@mail1.example.com', refused, 'knows no bang path'],
  [null, stranger, 'bob', refused, 'wants a domain'],
  [null, stranger, 'bob@[127.0.0.1]', refused, 'takes no address literal'],
  [null, stranger, 'delivery@promise.invalid', refused, 'keeps its internal address closed'],
  [null, at('alice'), at('bob'), refused, 'keeps strangers from sending as an account'],
  [null, at('Alice'), at('bob'), refused, 'keeps strangers from sending as an account in capitals'],
  [null, at('"alice"'), at('bob'), refused, 'keeps strangers from sending as a quoted account'],
  [null, '@elsewhere.example:alice@mail1.example.com', at('bob'), refused, 'nor behind a source route'],
  [null, 'alice@mail1.example.com.', at('bob'), refused, 'nor with a dot at the end'],
  [null, at('nobody'), at('bob'), refused, 'keeps strangers from sending as a name that nobody holds'],
  [null, at('nobody+news'), at('bob'), refused, 'nor with a tag'],
  [null, 'nobody@SECOND.example.com', at('bob'), refused, 'nor in another hosted domain in capitals'],
  [null, 'nobody@second.example.com.', at('bob'), refused, 'nor there with a dot at the end'],
  [null, 'MAILER-DAEMON@mail1', at('bob'), refused, 'keeps strangers from sending as the server itself'],
  [null, `SRS0=AAAAAAAA=AA=elsewhere.example=x@${domain}`, at('bob'), refused, 'nor as a rewritten sender'],
  [null, `nobody@sub.${domain}`, at('bob'), accepted, 'takes mail from a name below a hosted domain'],
  [null, `nobody@x${domain}`, at('bob'), accepted, 'and from one that ends the same'],
];
