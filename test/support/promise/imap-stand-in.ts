import { type Server, type Socket, createServer } from 'node:net';
import { TLSSocket } from 'node:tls';

import type { Certificate } from './certificate.ts';

export interface StandInMessage {
  /** Value of the header that is searched. */
  probe: string;
  deleted: boolean;
}

/** As much of an IMAP server as the promises speak to: STARTTLS, one account, SEARCH HEADER, STORE \Deleted, EXPUNGE. */
export function imapStandIn(certificate: Certificate, password: string, mailbox: StandInMessage[]): Server {
  return createServer((socket) => {
    socket.write('* OK ready\r\n');
    serve(socket, false);
  });

  function serve(socket: Socket, encrypted: boolean): void {
    let pending = '';
    socket.on('error', () => socket.destroy());
    socket.on('data', function receive(data: Buffer) {
      pending += data.toString();
      for (let end = pending.indexOf('\r\n'); end >= 0; end = pending.indexOf('\r\n')) {
        const [tag = '', command = '', ...parameters] = pending.slice(0, end).split(' ');
        pending = pending.slice(end + 2);
        if (command === 'STARTTLS') {
          socket.write(`${tag} OK begin\r\n`);
          socket.removeListener('data', receive);
          serve(
            new TLSSocket(socket, { isServer: true, key: certificate.key, cert: certificate.cert }),
            true,
          );
          return;
        }
        const [untagged, result] = answer(command, parameters, encrypted);
        socket.write(`${untagged}${tag} ${result}\r\n`);
      }
    });
  }

  function answer(
    command: string,
    parameters: string[],
    encrypted: boolean,
  ): [untagged: string, result: string] {
    switch (command) {
      case 'CAPABILITY':
        return [`* CAPABILITY IMAP4rev1 ${encrypted ? '' : 'STARTTLS LOGINDISABLED'}\r\n`, 'OK done'];
      case 'LOGIN':
        return parameters[1] === `"${password}"`
          ? ['', 'OK done']
          : ['', 'NO [AUTHENTICATIONFAILED] refused'];
      case 'SEARCH': {
        const wanted = parameters.at(-1)?.replaceAll('"', '') ?? '';
        const found = mailbox.flatMap(({ probe }, index) =>
          probe.includes(wanted) ? [String(index + 1)] : [],
        );
        return [`* SEARCH ${found.join(' ')}\r\n`, 'OK done'];
      }
      case 'STORE': {
        const message = mailbox[Number(parameters[0]) - 1];
        if (message) message.deleted = true;
        return ['', 'OK done'];
      }
      case 'EXPUNGE':
        mailbox.splice(0, mailbox.length, ...mailbox.filter(({ deleted }) => !deleted));
        return ['', 'OK done'];
      default:
        return ['', 'OK done'];
    }
  }
}
