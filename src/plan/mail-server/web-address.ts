/** The web address of one mail server, as requesters see it. */
import type { Answers } from '../../model/answers.ts';
import type { Place } from '../../model/place.ts';
import { frontendUrl } from '../frontends.ts';

export const webFrontend = 'Instance Frontend';

/** The frontend's address when it has answered, else the instance's own; always with a slash at the end. */
export function webUrl(place: Place, answers: Answers): string {
  return frontendUrl(place, answers, webFrontend, 'https');
}
