/** The largest message that a Postfix takes, and what it says to a larger one. Pure. */
import type { Place } from '../model/place.ts';
import { messageSizeOf } from '../names/message-size.ts';
import type { PlannedPromise } from './planned.ts';

/** Context of `shared/message-size.cf.hbs`; bytes. */
export const messageSizeSettings = (bytes: number) => ({
  messageSizeLimit: bytes,
  messageSize: messageSizeOf(bytes),
});

/** `queue`: folder, relative to the partition. */
export const roomForMessages = ({ partition }: Place, queue: string, bytes: number): PlannedPromise => ({
  name: 'room-for-messages',
  module: 'room_for_messages',
  config: {
    folder: `${partition}/${queue}`,
    'message-mebibytes': messageSizeOf(bytes).message,
    parameter: 'email-size-limit',
  },
});
