import type { NodeLayout } from './layout.ts';
import type { NodeUser } from './user.ts';

export type Environment = Readonly<Record<string, string>>;

/**
 * All environment variables of a node's programs. Nothing of the operator's own environment (proxies, settings of npm
 * and pip, Python's variables) may reach a partition: a node would work for one operator and fail for the next.
 */
export function cleanEnvironment(layout: NodeLayout, user: NodeUser): Environment {
  return {
    HOME: layout.directory,
    LANG: 'C.UTF-8',
    LOGNAME: user.name,
    // The node's own programs come first: its `node` is the one that runs the releases.
    PATH: `${layout.binDirectory}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
    USER: user.name,
  };
}

const packageIndexVariables =
  /^(PIP_(INDEX_URL|EXTRA_INDEX_URL|FIND_LINKS|NO_INDEX|CERT|CLIENT_CERT|TRUSTED_HOST|PROXY|DEFAULT_TIMEOUT|RETRIES|CONFIG_FILE)|SSL_CERT_FILE|SSL_CERT_DIR|REQUESTS_CA_BUNDLE|(https?|all|no)_proxy)$/i;

/** The variables of `environment` that tell pip how to reach the package index. */
export function packageIndexEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): Environment {
  return Object.fromEntries(
    Object.entries(environment).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && packageIndexVariables.test(entry[0]),
    ),
  );
}
