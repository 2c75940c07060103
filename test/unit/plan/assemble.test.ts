import { expect } from 'chai';

import { assemble, canonicalPorts, programsOf, servicesOf } from '../../../src/plan/assemble.ts';
import type { Contribution, Part, Service } from '../../../src/plan/part.ts';
import { contents } from '../../support/mail-server-run.ts';
import { placeWith } from '../../support/place.ts';

const place = placeWith({ ports: { chat: { port: 5222, ipv4: true } } });

function serviceOf(name: string, more: Partial<Service> = {}): Service {
  return {
    name,
    programs: [name],
    ports: {},
    sockets: {},
    pidFile: `var/run/${name}.pid`,
    signals: { reload: 'SIGHUP', stop: 'SIGTERM' },
    log: `var/log/${name}.log`,
    logRotation: [],
    ...more,
  };
}

const text = (path: string, more: object = {}) => ({ path, mode: 0o600, body: { text: '' }, ...more });

function partOf(services: readonly Service[], added: Contribution = {}): Part<{ place: typeof place }> {
  const starts = services.map(({ name }) => text(`libexec/start-${name}`));
  return { services, contribute: () => ({ ...added, files: [...starts, ...(added.files ?? [])] }) };
}

describe('parts of a release', () => {
  const chat = serviceOf('chatd', {
    programs: ['chatd', 'openssl'],
    ports: { chat: { canonical: 5222, promise: 'chat_listen' } },
    sockets: { 'chat-control': 'var/run/chat.sock' },
    logRotation: [
      { path: 'var/log/chatd.log', method: 'USR1' },
      { path: 'var/log/rooms.log', method: 'copytruncate' },
    ],
  });
  const textOf = (path: string, parts = [partOf([chat])]) =>
    contents(assemble(parts, { place })).get(path) ?? '';

  it('say by their services which programs and ports an instance needs, each once', () => {
    const parts = [partOf([chat]), { ...partOf([serviceOf('other')]), programs: ['openssl', 'xz'] }];
    expect(programsOf(parts)).to.deep.equal(['chatd', 'openssl', 'other', 'xz']);
    expect(canonicalPorts(servicesOf(parts))).to.deep.equal({ chat: 5222 });
  });

  it('get a wrapper, a promise for each port and socket, and log rotation from what their services say', () => {
    const profile = textOf('etc/profile.cfg');
    expect(profile)
      .to.include('[service-chatd]')
      .and.include(`command-line = ${place.partition}/libexec/start-chatd`);
    const promises = JSON.parse(textOf('etc/promises.json')) as Record<string, { config: object }>;
    expect(promises['chat_listen']?.config).to.deep.include({
      host: 'fd00::1',
      port: '5222',
      service: 'chatd',
    });
    expect(promises['chat-control-socket-listening']?.config)
      .to.have.property('socket')
      .that.matches(/\/var\/run\/chat\.sock$/);
    const logrotate = textOf('etc/logrotate.conf');
    expect(logrotate).to.match(
      /chatd\.log \{\n {2}sharedscripts\n {2}postrotate\n.*kill -USR1 \$\(cat \S+\/var\/run\/chatd\.pid\)/,
    );
    expect(logrotate).to.match(/rooms\.log \{\n {2}copytruncate\n\}/);
  });

  it('add their folders, files, tools, promises and cron jobs', () => {
    const added: Contribution = {
      folders: [{ path: 'srv/rooms', mode: 0o700 }],
      files: [text('etc/chat.conf', { reload: 'chatd' })],
      tools: { chatctl: { command: ['/usr/bin/chatctl'], environment: { LANG: 'C' } } },
      promises: [{ name: 'rooms-open', module: 'rooms', config: { file: '/x' } }],
      cron: { 'close-rooms': { times: '0 3 * * *', command: ['/bin/true'] } },
    };
    const parts = [partOf([chat], added)];
    const { folders, files } = assemble(parts, { place });
    expect(folders).to.deep.equal(added.folders);
    expect(files.map(({ path }) => path)).to.include('etc/chat.conf');
    const profile = textOf('etc/profile.cfg', parts);
    for (const section of ['tool-chatctl', 'cron-close-rooms']) expect(profile).to.include(`[${section}]`);
    expect(JSON.parse(textOf('etc/promises.json', parts))).to.deep.include({
      'rooms-open': { module: 'rooms', config: { file: '/x' } },
    });
  });

  const one = partOf([serviceOf('one')]);
  const promise = { name: 'same', module: 'listening', config: {} };
  const cron = { same: { times: '0 0 * * *', command: ['/bin/true'] } };
  const tools = { same: { command: ['/bin/true'] } };
  const mistakes: readonly [what: string, parts: readonly Part<{ place: typeof place }>[], error: RegExp][] =
    [
      [
        'two writers of one file',
        [one, partOf([], { files: [text('libexec/start-one')] })],
        /files .* libexec\/start-one/,
      ],
      [
        'a writer of the profile',
        [partOf([], { files: [text('etc/profile.cfg')] })],
        /files .* etc\/profile\.cfg/,
      ],
      ['two services of one name', [one, one], /one/],
      [
        'two modes of one folder',
        [0o700, 0o750].map((mode) => partOf([], { folders: [{ path: 'srv', mode }] })),
        /srv .* 700 .* 750/,
      ],
      ['two tools of one name', [partOf([], { tools }), partOf([], { tools })], /tools .* same/],
      ['two promises of one name', [partOf([], { promises: [promise, promise] })], /promises .* same/],
      ['two cron jobs of one name', [partOf([], { cron }), partOf([], { cron })], /cron .* same/],
      [
        'a file that a service reads which is not there',
        [partOf([], { files: [text('etc/x', { reload: 'gone' })] })],
        /etc\/x is read by gone/,
      ],
      [
        'a service that nothing starts',
        [{ services: [chat], contribute: () => ({}) }],
        /nothing starts the service chatd/,
      ],
    ];
  for (const [what, parts, error] of mistakes) {
    it(`are refused for ${what}`, () => {
      expect(() => assemble(parts, { place })).to.throw(error);
    });
  }
});
