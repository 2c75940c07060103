import { OperatorError } from '../errors.ts';
import type { Call, Route } from './call.ts';

/** The master answered, but refused this call. It may accept others. */
export class MasterRefusal extends OperatorError {}

/** The error that says which call failed, how, and what to do about it. */
export function failure(
  route: Route,
  call: Call,
  reason: string,
  advice: string,
  Kind: typeof OperatorError = OperatorError,
): OperatorError {
  return new Kind(
    `SlapOS master ${urlWithoutLogin(urlOf(route, call))}, asked to ${call.purpose}: ${reason}. ${advice}`,
  );
}

/** A quotation of `body` for an error: one line of at most 200 characters, and none if it may hold parameters. */
export function excerpt(call: Call, body: string): string {
  if (call.secret || /<(marshal|dictionary|string|parameter)\b/.test(body)) {
    return `${body.length} characters, not quoted here as they may hold secrets`;
  }
  // eslint-disable-next-line no-control-regex
  const line = body.replace(/[\u0000-\u0020\u007F-\u009F]+/g, ' ').trim();
  return line.length > 200 ? `"${line.slice(0, 199)}…"` : `"${line}"`;
}

/** The URL of `call`, with its arguments if it is a GET. */
export function urlOf(route: Route, call: Call): URL {
  const url = new URL(call.path, route.baseUrl);
  if (call.method === 'GET') url.search = new URLSearchParams(call.fields).toString();
  return url;
}

/** `url` without its user name and password. */
function urlWithoutLogin(url: URL): string {
  const copy = new URL(url);
  copy.username = copy.password = '';
  return copy.href;
}

/** The code of a connection error, such as ECONNREFUSED; empty if it has none. */
export const codeOf = (error: unknown): string => (error as { code?: string } | undefined)?.code ?? '';

/** The reason of a connection error, with its code. */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return [message.slice(0, 200), codeOf(error)].filter((part) => part !== '').join(' — ');
}

/** What to do about a connection error. */
export function adviceFor(error: unknown): string {
  if (/CERT|SSL|TLS|ISSUER|SIGNATURE/.test(codeOf(error))) {
    return "Check the master's certificate, the authorities that are trusted here, and the partition's own certificate";
  }
  return 'Check that the master runs and that the URL in slapos.cfg is right; the next processing asks again';
}
