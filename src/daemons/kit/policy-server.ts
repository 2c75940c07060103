/** Postfix' policy protocol (SMTPD_POLICY_README): lines `name=value`, an empty line, an answer. */
import type { Socket } from 'node:net';

/** A question's attributes; absent ones are empty. */
export type Attributes = (name: string) => string;

/** Postfix' questions are much shorter; a client that sends more is not Postfix. */
const maxQuestionLength = 64 * 1024;

/**
 * Answers every question of a connection, in their order. `answer` gives a Postfix action (access(5)). When it throws,
 * the connection is closed: Postfix asks once more, and then does what its `default_action` says.
 */
export function answerQuestions(
  connection: Socket,
  answer: (attributes: Attributes) => Promise<string> | string,
): void {
  let received = '';
  let answering = Promise.resolve();
  const answerOne = async (attributes: Attributes): Promise<void> => {
    // A client that is gone does not use the answer, so its question must not be counted.
    if (connection.destroyed) return;
    try {
      connection.write(`action=${await answer(attributes)}\n\n`);
    } catch (error) {
      console.error(error);
      connection.destroy();
    }
  };
  connection.setEncoding('utf8');
  connection.on('error', () => connection.destroy());
  connection.on('data', (text: string) => {
    received += text;
    for (let end = received.indexOf('\n\n'); end !== -1; end = received.indexOf('\n\n')) {
      const attributes = parseAttributes(received.slice(0, end));
      received = received.slice(end + 2);
      answering = answering.then(() => answerOne(attributes));
    }
    if (received.length > maxQuestionLength) connection.destroy();
  });
}

export function parseAttributes(text: string): Attributes {
  const values = new Map(
    text.split('\n').map((line): [string, string] => {
      const equals = line.indexOf('=');
      return [line.slice(0, equals), line.slice(equals + 1)];
    }),
  );
  return (name) => values.get(name) ?? '';
}
