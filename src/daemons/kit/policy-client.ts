/** Asks by Postfix' policy protocol (SMTPD_POLICY_README), as Postfix does. */
import { connect } from 'node:net';

export interface PolicyServer {
  /** Unix socket. */
  socket: string;
  /** Milliseconds to wait for an answer. */
  timeout: number;
}

/**
 * The action that answers one question. Throws when nobody answers in time, and when an attribute holds a line break: an
 * address that somebody chose could otherwise add attributes of its own.
 */
export function askPolicy(
  { socket: path, timeout }: PolicyServer,
  attributes: Readonly<Record<string, string>>,
): Promise<string> {
  const lines = Object.entries(attributes).map(([name, value]) => `${name}=${value}\n`);
  return new Promise((resolve, reject) => {
    for (const [name, value] of Object.entries(attributes))
      if (/[\r\n]/.test(value)) throw new Error(`${name} has more than one line`);
    const socket = connect(path);
    let received = '';
    socket.setEncoding('utf8');
    socket.setTimeout(timeout, () => socket.destroy(new Error('did not answer in time')));
    socket.on('error', reject);
    socket.on('close', () => {
      reject(new Error('hung up'));
    });
    socket.on('data', (text: string) => {
      received += text;
      const [, action] = /^action=(.*)\n\n/.exec(received) ?? [];
      if (action === undefined) return;
      resolve(action);
      socket.end();
    });
    socket.write(`request=smtpd_access_policy\n${lines.join('')}\n`);
  });
}
