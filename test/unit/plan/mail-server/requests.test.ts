import { expect } from 'chai';

import { processMailServer } from '../../../support/mail-server-run.ts';
import { fingerprint } from '../../../support/fingerprint.ts';
import { placeWith } from '../../../support/place.ts';

const requestsOf = (processing: Parameters<typeof processMailServer>[0]) =>
  processMailServer(processing).requests;

describe('what a mail server asks of other software releases', () => {
  it('is one shared relay for each domain, with its endpoint and both fingerprints', () => {
    const parameters = {
      'mail-domains': ['a.example', 'b.example'],
      'inbound-relay': { enable: true, 'relay-sr-url': 'urn:my-relay' },
    };
    const ports = { ...placeWith().ports, smtp: { port: 10026, ipv4: false } };
    const relays = requestsOf({ parameters, place: placeWith({ ports }) }).filter(({ name }) =>
      name.startsWith('mail-server-relay-'),
    );
    expect(relays).to.deep.equal(
      ['a.example', 'b.example'].map((domain) => ({
        name: `mail-server-relay-${domain}`,
        softwareUrl: 'urn:my-relay',
        softwareType: 'cluster',
        shared: true,
        serialisation: 'json-in-xml',
        parameters: {
          name: domain,
          'mail-server-host': 'fd00::1',
          'mail-server-port': 10026,
          authentication: 'fingerprint',
          fingerprints: [fingerprint('AA'), fingerprint('BB')],
        },
      })),
    );
  });

  it('says which certificates of nodes it trusts, to a relay that says what it has applied', () => {
    const parameters = { 'mail-domains': ['a.example', 'b.example'], 'inbound-relay': { enable: true } };
    const prints = [fingerprint('11'), fingerprint('CC')];
    const answer = { 'outbound-host': 'fd00::2', 'outbound-smtp-port': '10587', 'tls-fingerprints': prints };
    const said = requestsOf({
      parameters,
      answers: {
        'mail-server-relay-a.example': { ...answer, applied: { fingerprints: [] } },
        'mail-server-relay-b.example': answer,
      },
    }).map((request) => request.parameters['applied']);
    expect(said.slice(0, 2)).to.deep.equal([{ fingerprints: prints }, undefined]);
  });

  it('is one for each domain that stands for another, too: its mail comes by the same way', () => {
    const parameters = {
      'mail-domains': ['a.example'],
      'domain-aliases': { 'B\u00fccher.example': 'A.example' },
      'inbound-relay': { enable: true },
    };
    const relays = requestsOf({ parameters }).flatMap(({ parameters: { name } }) =>
      typeof name === 'string' ? [name] : [],
    );
    expect(relays).to.deep.equal(['a.example', 'xn--bcher-kva.example']);
  });

  it('is no relay where the inbound relay is switched off', () => {
    expect(requestsOf({}).map(({ name }) => name)).to.deep.equal(['Instance Frontend', 'Monitor Frontend']);
  });

  it('is a frontend for the web and one for the monitor', () => {
    const url =
      'http://git.erp5.org/gitweb/slapos.git/blob_plain/HEAD:/software/apache-frontend/software.cfg';
    const [web, monitor] = requestsOf({});
    expect(web).to.deep.include({
      name: 'Instance Frontend',
      softwareUrl: url,
      shared: true,
      serialisation: 'xml',
    });
    expect(web?.parameters).to.deep.equal({ url: 'https://[fd00::1]:8081/', 'https-only': 'true' });
    expect(monitor?.parameters).to.deep.equal({ url: 'https://[fd00::1]:8196/', 'https-only': 'true' });
  });

  it('is two names of the station DNS on its own computer, where that is switched on', () => {
    const station = {
      softwareType: 'default-ors',
      parameters: { 'request-dns': { enable: true, 'sr-url': 'urn:dns', 'sr-type': 'core' } },
    };
    const names = requestsOf(station).filter(({ softwareUrl }) => softwareUrl === 'urn:dns');
    expect(names).to.deep.equal(
      [
        ['dns-mail-entry', 'mail'],
        ['dns-mail-entry-autoconfig', 'autoconfig.mail'],
      ].map(([name, subdomain]) => ({
        name,
        softwareUrl: 'urn:dns',
        softwareType: 'core',
        shared: true,
        serialisation: 'json-in-xml',
        parameters: { name, subdomain, ip: 'fd00::1' },
        filter: { computer_guid: 'COMP-1' },
      })),
    );
  });

  it('has a name of its own for each', () => {
    const names = requestsOf({
      softwareType: 'default-ors',
      parameters: {
        'mail-domains': ['a.example', 'b.example'],
        'inbound-relay': {},
        'request-dns': { enable: true },
      },
    }).map(({ name }) => name);
    expect(new Set(names).size).to.equal(names.length).and.to.equal(6);
  });
});
