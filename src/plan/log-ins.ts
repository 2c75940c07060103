/** Limits of log-ins to a Dovecot: it asks a policy process of the same partition before each, and reports its outcome. Pure. */
import type { LogInConfig, LogInLimits } from '../daemons/kit/log-in-config.ts';
import type { Place } from '../model/place.ts';
import { portOf } from './endpoints.ts';
import type { Service } from './part.ts';

/** Of the policy process. Asked by Dovecot alone, on the same machine. */
export const logInPorts: Service['ports'] = {
  'auth-policy': { canonical: 10024, promise: 'auth-policy-listening' },
};

interface LogIns {
  /** The secret. */
  key: string;
  limits: LogInLimits;
  /** Dovecot's passwd-file, absolute. */
  users: string;
}

/** What the policy process is told. */
export function logInConfig(place: Place, { key, limits, users }: LogIns): LogInConfig {
  return {
    authPolicy: { host: place.ipv6, port: portOf(place, 'auth-policy'), key },
    logInLimits: limits,
    users,
  };
}

/** Context of `shared/dovecot-log-ins.conf.hbs`. */
export function logInSettings(place: Place, key: string) {
  return { authPolicyUrl: `http://[${place.ipv6}]:${portOf(place, 'auth-policy')}/`, authPolicyKey: key };
}
