/** The first page of the mail server. */
import type { MessageSize } from '../../../names/message-size.ts';
import { page, type PageContext } from './render.ts';
import type { ListedService } from './services.ts';

interface Landing extends PageContext {
  mailDomains: readonly string[];
  services: readonly ListedService[];
  messageSize: MessageSize;
}

export const landingPage = page<Landing>(`{{#> layout heading="Mail" width="wide"}}
<h1>Your mail</h1>
{{#if mailDomains}}<p class="lead">Mail for {{#each mailDomains}}{{#unless @first}}{{#if @last}} and {{else}}, {{/if}}{{/unless}}<strong>{{this}}</strong>{{/each}}.</p>{{/if}}
<p><a class="button" href="/password.php">Set or change your password</a></p>
{{#if services}}
<section class="card">
<h2 id="settings">Settings for your mail program</h2>
<p>Your user name is your whole mail address.</p>
{{> services}}
</section>
{{/if}}
{{/layout}}`);
