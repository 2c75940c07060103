/** Additional listeners of the relay node and the mail server, each with one feature switched off. */
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { RelayWorld } from '../../support/system/relay-world.ts';
import type { Leg } from './load.ts';

/** Port of the mail server that accepts mail without TLS and without the certificate of a relay. */
const openPort = 11_100;

export interface Place {
  /** Address of the relay node. */
  host: string;
  /** Dovecot's LMTP socket. */
  socket: string;
}

/** Adds the listeners, and returns their legs by name. */
export async function addVariants(
  world: RelayWorld,
  { host, socket }: Place,
): Promise<Readonly<Record<string, Leg>>> {
  const mailServer = String((await world.published('mail1'))['imap-smtp-ipv6']);
  const asked = (await world.tool('node1', 'inbound-postconf', '-h', 'smtpd_relay_restrictions')).output;
  const without = (...questions: RegExp[]) =>
    `smtpd_relay_restrictions=${questions.reduce((rest, one) => rest.replace(one, ''), asked.trim())}`;
  const [recipient, spf, greylisting] = [
    /check_policy_service \{[^{}]*policy_context=recipient,[^{}]*\{[^{}]*\}\s*\}/,
    /check_policy_service unix:private\/policyd-spf/,
    /check_policy_service unix:\S*postgrey\S*/,
  ] as const;
  const real = `[${mailServer}]:10025`;
  const noQuestionAtEnd = 'smtpd_end_of_data_restrictions=';
  const settings: Record<string, readonly string[]> = {
    'without SPF': [without(spf)],
    'without greylisting': [without(greylisting)],
    'without asking for the recipient': [without(recipient), noQuestionAtEnd],
    'without all three questions': [without(spf, greylisting, recipient), noQuestionAtEnd],
    'second hop without TLS': [`content_filter=clear-backend:[${mailServer}]:${openPort}`],
    'second hop, TLS connections used again': [`content_filter=reusing-backend:${real}`],
    'second hop, TLS sessions remembered': [`content_filter=remembering-backend:${real}`],
    'no second hop: the relay gives mail to Dovecot': [`content_filter=lmtp:unix:${socket}`],
  };
  const ports = Object.keys(settings).map((_, index) => 11_000 + index);
  const remembered = 'smtp_tls_session_cache_database=btree:$data_directory/sessions';
  const lines = [
    ...Object.values(settings).flatMap((changed, index) => [
      `[${host}]:${ports[index]} inet n - n - - smtpd`,
      ...changed.map((setting) => `    -o { ${setting} }`),
    ]),
    'clear-backend unix - - n - - smtp',
    '    -o smtp_tls_security_level=none',
    'reusing-backend unix - - n - - smtp',
    '    -o smtp_tls_connection_reuse=yes',
    'remembering-backend unix - - n - - smtp',
    `    -o ${remembered}`,
    'tlsproxy unix - - n - 0 tlsproxy',
  ];
  const inbound = join(await world.partition('node1'), 'etc/postfix/inbound');
  // All transports share one cache of TLS sessions; the real one is told not to use it.
  await appendFile(join(inbound, 'main.cf'), `${remembered.replace('=', ' = ')}\n`);
  const master = await readFile(join(inbound, 'master.cf'), 'utf8');
  const backend = /^backend .*$/m;
  if (!backend.test(master)) throw new Error('master.cf of the relay has no transport `backend`');
  const withoutCache = master.replace(backend, '$&\n    -o smtp_tls_session_cache_database=');
  await writeFile(join(inbound, 'master.cf'), `${withoutCache.trimEnd()}\n${lines.join('\n')}\n`);
  const open = [
    `[${mailServer}]:${openPort} inet n - n - - smtpd`,
    '    -o smtpd_tls_security_level=may',
    '    -o { mynetworks = [fd00::]/16 }',
  ];
  const own = join(await world.partition('mail1'), 'etc/postfix/master.cf');
  await appendFile(own, `${open.join('\n')}\n`);
  for (const [name, program] of [
    ['node1', 'inbound-postfix'],
    ['mail1', 'postfix'],
  ] as const) {
    const { exitCode, output } = await world.tool(name, program, 'reload');
    if (exitCode !== 0) throw new Error(output);
  }
  return {
    ...Object.fromEntries(
      Object.keys(settings).map((name, index) => [name, { endpoint: { host, port: ports[index] ?? 0 } }]),
    ),
    'the mail server alone': { endpoint: { host: mailServer, port: openPort } },
  };
}
