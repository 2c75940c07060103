/** ManageSieve (RFC 5804) word by word. */
import { connectLines, type Endpoint, type LineClient } from './line-client.ts';

/** The last line of an answer; capabilities end with it too. */
export const sieveReply = /^(OK|NO|BYE)\b/;

/** A session that is past the greeting, STARTTLS and AUTHENTICATE "PLAIN". */
export async function openSieve(endpoint: Endpoint, user: string, password: string): Promise<LineClient> {
  const client = await connectLines(endpoint);
  await client.until(sieveReply);
  await client.command('STARTTLS', sieveReply);
  await client.secure();
  await client.until(sieveReply);
  const answer = await client.command(
    `AUTHENTICATE "PLAIN" "${Buffer.from(`\0${user}\0${password}`).toString('base64')}"`,
    sieveReply,
  );
  if (!answer.startsWith('OK')) throw new Error(answer);
  return client;
}

/** Uploads `script` and makes it the active one. Throws with the server's complaint. */
export async function activateScript(
  endpoint: Endpoint,
  user: string,
  password: string,
  script: string,
): Promise<void> {
  const client = await openSieve(endpoint, user, password);
  try {
    for (const command of [
      `PUTSCRIPT "test" {${Buffer.byteLength(script)}+}\r\n${script}`,
      'SETACTIVE "test"',
      'LOGOUT',
    ]) {
      const answer = await client.command(command, sieveReply);
      // Warnings about the script may stand before it.
      if (!/^OK\b/m.test(answer)) throw new Error(answer);
    }
  } finally {
    client.close();
  }
}
