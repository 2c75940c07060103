/** The forms of /password.php, and the page after success. They work without a script. */
import { maximumBytes, minimumCharacters } from '../facts/password-rules.ts';
import type { MessageSize } from '../../../names/message-size.ts';
import { page, type PageContext, registerPart } from './render.ts';
import type { ListedService } from './services.ts';

export interface FormState extends PageContext {
  user: string;
  token: string;
  /** Why the password was not changed, in the form that was sent. */
  problem: string | null;
  isChange: boolean;
  /** Whose fault it is: the new password's, or that of what should prove who is asking; null: neither's. */
  fault: 'password' | 'proof' | null;
  /** Whether a set-up link was opened: then the other form stays folded. */
  hasLink: boolean;
}

// `prefix` keeps the ids of the two forms apart.
registerPart(
  'new-password',
  `<label for="{{prefix}}-password">New password</label>
<p class="hint" id="{{prefix}}-hint">${minimumCharacters} to ${maximumBytes} characters. Letters with accents (é, ß) work in every mail program. Those of other alphabets (я, 字) and symbols do not in old ones, which send them in their own way. A few unusual words in a row are easy to keep in mind and hard to guess.</p>
<input id="{{prefix}}-password" name="password" type="password" autocomplete="new-password" required minlength="${minimumCharacters}" aria-describedby="{{prefix}}-hint{{#if failed}} problem{{/if}}"{{#if failed}}{{#if bad}} aria-invalid="true"{{/if}}{{/if}}{{#if focus}} autofocus{{/if}}>
<label for="{{prefix}}-repeated">New password again</label>
<input id="{{prefix}}-repeated" name="password-repeated" type="password" autocomplete="new-password" required>
`,
);
registerPart(
  'address',
  `<label for="{{prefix}}-user">Mail address</label>
<input id="{{prefix}}-user" name="user" type="text" inputmode="email" autocomplete="username" autocapitalize="none" spellcheck="false" required value="{{user}}">
`,
);
registerPart(
  'problem',
  `<div class="problem" id="problem" role="alert" tabindex="-1" autofocus><strong>Your password was not changed.</strong> {{problem}}</div>
`,
);

interface Forms extends FormState {
  heading: string;
  setProblem: string | null;
  changeProblem: string | null;
  badPassword: boolean;
  badProof: boolean;
  focusPassword: boolean;
}

const forms = page<Forms>(`{{#> layout heading=heading width="narrow"}}
<h1>Set your password</h1>
<p class="lead">{{#if hasLink}}Choose the password for your mailbox.{{else}}For a new mailbox, open the set-up link that you were given, or copy its code here.{{/if}}</p>
<form class="card" method="post" action="/password.php" aria-label="Set your password">
{{#if setProblem}}{{> problem}}{{/if}}
{{> address prefix="set"}}
<label for="set-token">Set-up code</label>
<p class="hint" id="token-hint">From the set-up link. It works once.</p>
<input id="set-token" class="code" name="token" type="text" autocomplete="off" autocapitalize="none" spellcheck="false" required aria-describedby="token-hint"{{#if setProblem}}{{#if badProof}} aria-invalid="true"{{/if}}{{/if}} value="{{token}}">
{{> new-password prefix="set" failed=setProblem bad=badPassword focus=focusPassword}}
<button type="submit">Set password</button>
</form>
<details class="card"{{#unless hasLink}} open{{/unless}}>
<summary>I have a password and want another one</summary>
<form method="post" action="/password.php" aria-label="Change your password">
{{#if changeProblem}}{{> problem}}{{/if}}
{{> address prefix="change"}}
<label for="change-current">Current password</label>
<input id="change-current" name="current-password" type="password" autocomplete="current-password" required{{#if changeProblem}}{{#if badProof}} aria-invalid="true"{{/if}}{{/if}}>
{{> new-password prefix="change" failed=changeProblem bad=badPassword focus=false}}
<button type="submit">Change password</button>
</form>
</details>
{{/layout}}`);

export function passwordPage(form: FormState): string {
  const { problem, isChange, fault, hasLink, user } = form;
  return forms({
    ...form,
    heading: problem === null ? 'Set your password' : 'Error: set your password',
    setProblem: isChange ? null : problem,
    changeProblem: isChange ? problem : null,
    badPassword: fault === 'password',
    badProof: fault === 'proof',
    focusPassword: hasLink && user !== '' && problem === null,
  });
}

interface Done extends PageContext {
  user: string;
  webmailUrl: string;
  services: readonly ListedService[];
  messageSize: MessageSize;
}

export const passwordDonePage = page<Done>(`{{#> layout heading="Password updated successfully" width="wide"}}
<h1>Password updated successfully</h1>
<p class="lead" role="status">You can log in now as <strong>{{user}}</strong>.</p>
{{#if services}}
<section class="card">
<h2 id="settings">Settings for your mail program</h2>
<p>Your user name is <strong>{{user}}</strong>.</p>
{{> services}}
</section>
{{/if}}
<p><a class="button" href="{{webmailUrl}}">Go to your mail</a></p>
{{/layout}}`);
