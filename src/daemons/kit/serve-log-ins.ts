/** Limits the log-ins to a Dovecot, for as long as the process runs. */
import { parsePasswords } from '../../formats/passwd-file.ts';
import { authPolicy } from './auth-policy.ts';
import { serveAuthPolicy } from './auth-policy-server.ts';
import { type FollowedFile, followFile } from './followed-file.ts';
import type { LogInConfig } from './log-in-config.ts';

/** Log-in name → its password's hash, null for one that cannot log in. */
export type Passwords = ReadonlyMap<string, string | null>;

/** Answers until SIGTERM. `accountName`: as in AuthPolicyData. Throws OperatorError when the passwords cannot be read or the socket cannot be used. */
export async function serveLogIns(
  config: Pick<FollowedFile<LogInConfig>, 'current' | 'latest'>,
  accountName = async (login: string): Promise<string> => login,
): Promise<FollowedFile<Passwords>> {
  let passwordsReadAt = 0;
  const passwords = await followFile<Passwords>({
    path: config.current.users,
    parse(text) {
      passwordsReadAt = Date.now();
      return parsePasswords(text);
    },
    content: 'the accounts',
  });
  const logIns = authPolicy({
    limits: async () => (await config.latest()).logInLimits,
    passwords: passwords.latest,
    accountName,
    passwordsReadAt: () => passwordsReadAt,
  });
  await serveAuthPolicy(logIns, config.current.logInSocket);
  return passwords;
}
