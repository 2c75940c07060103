/** A page that only says what happened, by HTTP status. */
import type { FastifyReply } from 'fastify';

import { page, type PageContext, sendPage } from './render.ts';

interface Message extends PageContext {
  heading: string;
  text: string;
}

const messages: Record<number, readonly [heading: string, text: string]> = {
  401: ['Log in first', 'This page needs the user name admin and its password.'],
  404: ['Page not found', 'There is no page at this address.'],
  413: ['Too much was sent', 'The form is larger than this server accepts.'],
  415: ['Not a form', 'This address accepts forms only (application/x-www-form-urlencoded).'],
  429: ['Too many attempts', 'Too many attempts failed. Try again in a few minutes.'],
  500: ['Something went wrong', 'This is a fault of the server. Its operator finds the reason in the log.'],
  503: ['Not possible just now', 'Nothing was changed. Try again in a minute.'],
};

const messagePage = page<Message>(`{{#> layout width="narrow"}}
<h1>{{heading}}</h1>
<p class="lead">{{text}}</p>
{{/layout}}`);

/** Sends the page of a status; an unknown one of a client's fault is explained in general. */
export function sendMessage(reply: FastifyReply, { title }: PageContext, status: number): void {
  const fallback = ['Request refused', 'This server could not understand the request.'] as const;
  const [heading, text] = messages[status] ?? fallback;
  void sendPage(reply.code(status), messagePage({ title, heading, text }));
}
