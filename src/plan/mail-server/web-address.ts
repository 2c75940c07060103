/** The web address of one mail server, as requesters see it. */
import type { Answers } from '../../model/answers.ts';
import type { MailServer } from '../../model/mail-server/mail-server.ts';
import { frontendUrl } from '../frontends.ts';

export const webFrontend = 'Instance Frontend';

/** The frontend's address when it has answered, else our own; always with a slash at the end. */
export function webUrl({ place }: MailServer, answers: Answers): string {
  return frontendUrl(place, answers, webFrontend, 'https');
}
