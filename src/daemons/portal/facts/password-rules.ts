/** What a password must be. Pure. No composition rule: length is what helps (NIST SP 800-63B, 5.1.1.2). */

export const minimumCharacters = 8;
/** bcrypt reads no more than this; a longer password would be cut silently. */
export const maximumBytes = 72;
/** Requesters' tokens have at least ten characters; a shorter text is no token, but may well be part of a password. */
const shortestToken = 10;

/** Why `password` is refused, as a sentence for its user, or null. `token` is empty when none was used. */
export function passwordProblem(password: string, user: string, token: string): string | null {
  if (/\p{Cc}/u.test(password)) {
    return 'The password has a tab, a line break or another control character, which mail programs cannot send.';
  }
  if ([...password].length < minimumCharacters) {
    return `The password is too short: use at least ${minimumCharacters} characters.`;
  }
  if (Buffer.byteLength(password) > maximumBytes) {
    return `The password is too long: it may take ${maximumBytes} bytes, which is ${maximumBytes} plain letters, or fewer with accents or symbols.`;
  }
  if (password.toLowerCase() === user.toLowerCase()) {
    return 'The password is your address: choose one that others do not know.';
  }
  if (token.length >= shortestToken && password.includes(token)) {
    return 'The password contains the set-up code, which others may have seen: choose another one.';
  }
  return null;
}
