/** Which ports of this machine are forwarded to which services in the namespace, and published URLs with these ports. */
import type { Forward } from './forwarding.ts';
import type { Findings } from './findings.ts';
import { serverNames } from './scenario.ts';

export interface OpenPorts {
  /** Port of this machine that is forwarded to a service in the namespace; undefined if there is none. */
  portOf(host: string, port: number): number | undefined;
  /** A URL of the namespace, with the address and port of this machine. */
  urlFromHere(url: string): string;
}

/** The ports of mail1 are 11025 and so on, those of mail2 are 12025 and so on, the SlapOS master has 11000. */
export function wantedForwards({ servers, masterUrl }: Findings): Forward[] {
  const forwards = serverNames.flatMap((name, index) => {
    const published = servers[name];
    const host = String(published['imap-smtp-ipv6']);
    const first = 11_000 + 1000 * index;
    return [
      forward(first + 25, host, published['smtp-port']),
      forward(first + 143, host, published['imap-port']),
      forward(first + 993, host, published['imaps-port']),
      urlForward(first + 81, String(published['webmail-url'])),
    ];
  });
  return [...forwards, urlForward(11_000, masterUrl)];
}

export function openPorts(opened: readonly Forward[]): OpenPorts {
  const portOf = (host: string, port: number) =>
    opened.find(({ to }) => to.host === host && to.port === port)?.port;
  return {
    portOf,
    urlFromHere(url) {
      const { to } = urlForward(0, url);
      const port = portOf(to.host, to.port);
      return port === undefined ? url : url.replace(new URL(url).host, `127.0.0.1:${port}`);
    },
  };
}

function urlForward(port: number, url: string): Forward {
  const { hostname, port: inside, protocol } = new URL(url);
  const standard = protocol === 'https:' ? 443 : 80;
  return forward(port, hostname.replace(/^\[|\]$/g, ''), inside === '' ? standard : inside);
}

function forward(port: number, host: string, inside: unknown): Forward {
  return { port, to: { host, port: Number(inside) } };
}
