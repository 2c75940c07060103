/** The largest message that a Postfix takes, and what it says to a larger one. Pure. */
import { messageSizeOf } from '../names/message-size.ts';

/** Context of `shared/message-size.cf.hbs`; bytes. */
export const messageSizeSettings = (bytes: number) => ({
  messageSizeLimit: bytes,
  messageSize: messageSizeOf(bytes),
});
