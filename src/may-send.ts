/**
 * `may-send.mjs SOCKET ACCOUNT SENDMAIL-ARGUMENT…`: ends with 0 when what a filter script sends may leave, with 75 and the
 * reason when it has to wait. A program of its own because it runs for each such message: it takes a fraction of the time
 * of the command line, which has everything else in it.
 */
import { reasonToWait } from './daemons/mail-policy/script-mail.ts';

/** EX_TEMPFAIL of sysexits(3). */
const tryAgainLater = 75;

const [socket = '', account = '', ...sendmailArguments] = process.argv.slice(2);
const reason = await reasonToWait(socket, { account, sendmailArguments });
if (reason !== null) {
  console.error(reason);
  process.exitCode = tryAgainLater;
}
