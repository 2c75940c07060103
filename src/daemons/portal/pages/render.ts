/** Pages from templates: HTML escaping is always on, and a value that a template names must be there. */
import { createHash } from 'node:crypto';

import type { FastifyReply } from 'fastify';
import Handlebars from 'handlebars';

import { layout } from './layout.ts';
import { css } from './css.ts';

/** What every page needs: `title` is the instance's. */
export interface PageContext {
  title: string;
}

const handlebars = Handlebars.create();
/** A style sheet of another content has another address, so that browsers may keep each for long. */
const stylesheetVersion = createHash('sha256').update(css).digest('hex').slice(0, 12);

handlebars.registerPartial('layout', handlebars.compile(layout, { strict: true, knownHelpersOnly: true }));

/** A function that makes the page of a template, whose content stands inside `{{#> layout}}…{{/layout}}`. */
export function page<Context extends PageContext>(template: string): (context: Context) => string {
  const render = handlebars.compile<object>(template, { strict: true, knownHelpersOnly: true });
  return (context) => render({ ...context, stylesheetVersion });
}

/** A part that several pages show, as `{{> name}}`. */
export function registerPart(name: string, template: string): void {
  handlebars.registerPartial(name, handlebars.compile(template, { strict: true, knownHelpersOnly: true }));
}

export function sendPage(reply: FastifyReply, html: string): FastifyReply {
  return reply.type('text/html; charset=utf-8').send(html);
}
