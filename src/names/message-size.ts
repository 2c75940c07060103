/** Sizes of messages in the words of people, who think of what they attach. Pure. */

const mebibyte = 1024 * 1024;
/** By how much an attachment grows on its way (base64, RFC 2045, 6.8: 57 bytes become a line of 78). */
const growth = 1.37;

export interface MessageSize {
  /** MiB of the whole message. */
  message: string;
  /** MiB of attachments that fit into such a message, rounded down; below 10 to a tenth. */
  attachments: string;
}

/** The largest message of `bytes` bytes. */
export function messageSizeOf(bytes: number): MessageSize {
  const inMebibytes = bytes / mebibyte;
  return { message: String(roundDown(inMebibytes)), attachments: String(roundDown(inMebibytes / growth)) };
}

function roundDown(number: number): number {
  return number < 10 ? Math.floor(number * 10) / 10 : Math.floor(number);
}
