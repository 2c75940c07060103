import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';

import { expect } from 'chai';

import { OperatorError } from '../../../src/errors.ts';
import { connectToMaster } from '../../../src/slap/master.ts';
import type { SlapConnection } from '../../../src/slap/types.ts';

const wish = {
  softwareUrl: '/relay.cfg',
  softwareType: 'default',
  name: 'relay',
  shared: false,
  parameters: {},
};

describe('the way to an https master', () => {
  let directory: string;
  let connection: SlapConnection;
  let client: string | undefined;
  let close: () => void;

  /** Makes a key and a certificate that is its own authority. */
  function certify(name: string, alternative: string): void {
    const options = [
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-x509',
      '-days',
      '1',
    ];
    const files = ['-keyout', join(directory, `${name}.key`), '-out', join(directory, `${name}.pem`)];
    execFileSync(
      'openssl',
      ['req', ...options, ...files, '-subj', `/CN=${name}`, '-addext', `subjectAltName=${alternative}`],
      {
        stdio: 'ignore',
      },
    );
  }

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'slap-'));
    certify('master', 'IP:127.0.0.1');
    certify('COMP-1', 'DNS:comp-1');
    const read = (name: string): Promise<string> => readFile(join(directory, name), 'utf8');
    const server = createServer(
      {
        key: await read('master.key'),
        cert: await read('master.pem'),
        ca: await read('COMP-1.pem'),
        requestCert: true,
        rejectUnauthorized: false,
      },
      (request, response) => {
        const socket = request.socket as TLSSocket;
        client = socket.authorized ? String(socket.getPeerCertificate().subject.CN) : undefined;
        response.writeHead(client === undefined ? 403 : 408).end();
      },
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    close = () => server.close();
    connection = {
      serverUrl: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
      authorityFile: join(directory, 'master.pem'),
      keyFile: join(directory, 'COMP-1.key'),
      certificateFile: join(directory, 'COMP-1.pem'),
    };
  });
  after(async () => {
    close();
    await rm(directory, { recursive: true });
  });

  async function request(change: Partial<SlapConnection>): Promise<unknown> {
    const master = connectToMaster({ ...connection, ...change });
    try {
      return await master.request(wish).catch((error: unknown) => error);
    } finally {
      await master.close();
    }
  }

  it('shows the client certificate', async () => {
    expect(await request({})).to.include({ state: 'pending' });
    expect(client).to.equal('COMP-1');
  });

  it('takes empty file names for none, and says to check the certificate when the master refuses', async () => {
    const error = await request({ keyFile: '', certificateFile: '' });
    expect(error)
      .to.be.instanceOf(OperatorError)
      .and.have.property('message')
      .that.matches(/answered 403.*certificate/);
  });

  it('does not trust a master whose certificate nobody vouches for, and names what to check', async () => {
    const error = await request({ authorityFile: '' });
    expect(error)
      .to.be.instanceOf(OperatorError)
      .and.have.property('message')
      .that.includes('authorities that are trusted');
  });

  it('names a file that is no certificate', async () => {
    expect(() => connectToMaster({ ...connection, certificateFile: join(directory, 'absent.pem') })).to.throw(
      OperatorError,
      'absent.pem, the client certificate',
    );
  });
});
