/** A list of exceptions as Postgrey reads it (postgrey(8)): one a line, a regular expression between slashes. */
import type { GreylistingException } from '../names/greylisting-exception.ts';
import { networkText } from '../names/ip-network.ts';
import { oneWord, refuseCharacters } from './one-word.ts';

const format = 'a list of Postgrey';

export function serialisePostgreyList(exceptions: readonly GreylistingException[]): string {
  return exceptions
    .map((exception) => `${refuseCharacters(oneWord(textOf(exception), format), /#/, format)}\n`)
    .join('');
}

function textOf(exception: GreylistingException): string {
  switch (exception.kind) {
    case 'network':
      return networkText(exception.network);
    case 'name':
      return refuseCharacters(exception.name, /^\//, format);
    case 'pattern':
      return `/${exception.source}/`;
  }
}
