/** `etc/portal.json`: where the portal listens and what its pages tell. No secrets: those stay in the ledger. */
import { readFile } from 'node:fs/promises';
import { BlockList, isIP } from 'node:net';
import { isAbsolute } from 'node:path';

import { OperatorError } from '../../errors.ts';

/** Services that the pages know how to explain, in the order in which they are listed. */
export const mailServices = ['imaps', 'imap', 'smtps', 'smtp', 'sieve'] as const;
export type MailService = (typeof mailServices)[number];

export interface PortalConfig {
  /** The file that this was read from; it is read again when it changes. */
  path: string;
  /** Absolute path of the partition. */
  partition: string;
  /** Absolute path of a unix socket; a TCP address is for tests. */
  socket: string | { host: string; port: number };
  /** Absolute path of the log. */
  log: string;
  /** Whether there are pages for accounts; if not, the monitor is all that is served. */
  accounts: boolean;
  /** Empty without accounts. */
  webmailUrl: string;
  /** Base URL of the monitor's virtual host, whose root is `/monitor/` here; null: taken from the request. */
  monitorUrl: string | null;
  title: string;
  mailDomains: readonly string[];
  services: Readonly<Partial<Record<MailService, { host: string; port: number }>>>;
  /** Addresses and networks (`2001:db8::/32`) of frontends before Apache, whose `X-Forwarded-For` is believed. */
  trustedProxies: BlockList;
}

/** Reads and checks the file. Throws OperatorError with the file, the JSON pointer and the reason. */
export async function readPortalConfig(path: string): Promise<PortalConfig> {
  const fail = (reason: string): never => {
    throw new OperatorError(`${path}: ${reason}; process the partition again to have it written anew`);
  };
  const text = await readFile(path, 'utf8').catch((error: Error) => fail(error.message));
  const json = parseObject(text) ?? fail('is not a JSON object');
  const string = (key: string, where = json, pointer = `/${key}`): string => {
    const value = where[key];
    return typeof value === 'string' && value !== '' ? value : fail(`${pointer} must be a text`);
  };
  const absolute = (key: string): string => {
    const value = string(key);
    return isAbsolute(value) ? value : fail(`/${key} must be an absolute path`);
  };
  const strings = (key: string): string[] => {
    const value = json[key] ?? [];
    return Array.isArray(value) && value.every((item) => typeof item === 'string')
      ? value
      : fail(`/${key} must be a list of texts`);
  };
  const endpoint = (value: unknown, pointer: string): { host: string; port: number } => {
    if (!isObject(value)) return fail(`${pointer} must be an object with host and port`);
    const port = Number(value['port']);
    if (!Number.isInteger(port) || port < 0 || port > 65535) return fail(`${pointer}/port must be a port`);
    return { host: string('host', value, `${pointer}/host`), port };
  };
  const accounts = json['accounts'] !== false;
  const services = json['services'] ?? {};
  if (!isObject(services)) return fail('/services must be an object');
  return {
    path,
    partition: absolute('partition'),
    socket: typeof json['socket'] === 'string' ? absolute('socket') : endpoint(json['socket'], '/socket'),
    log: absolute('log'),
    accounts,
    webmailUrl: accounts ? string('webmail-url') : '',
    monitorUrl: json['monitor-url'] === undefined ? null : string('monitor-url'),
    title: string('title'),
    mailDomains: strings('mail-domains'),
    services: Object.fromEntries(
      mailServices
        .filter((service) => services[service] !== undefined)
        .map((service) => [service, endpoint(services[service], `/services/${service}`)]),
    ),
    trustedProxies: networks(strings('trusted-proxies'), fail),
  };
}

function networks(texts: readonly string[], fail: (reason: string) => never): BlockList {
  const list = new BlockList();
  for (const text of texts) {
    const [, base = '', prefix] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
    const [family, bits] = isIP(base) === 6 ? (['ipv6', 128] as const) : (['ipv4', 32] as const);
    const length = Number(prefix ?? bits);
    if (isIP(base) === 0 || length > bits)
      return fail(`/trusted-proxies: "${text}" is no address or network`);
    list.addSubnet(base, length, family);
  }
  return list;
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
