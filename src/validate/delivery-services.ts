/** What a schema cannot say of delivery services: a login that Postfix cannot write into its table. Pure. */
import type { RelayInput } from '../generated/types/mail-server-relay/relay-input.ts';

export type DeliveryServices = RelayInput['proxy-map'];

/** One sentence for each problem; `pointer`: where the services stand. */
export function deliveryServiceProblems(services: DeliveryServices, pointer: string): string[] {
  return Object.entries(services).flatMap(([id, { user, password }]) => [
    ...(user?.includes(':')
      ? [
          `${pointer}/${id}/user: holds a colon, which SMTP logins of Postfix cannot; ask for another user name`,
        ]
      : []),
    ...(user !== user?.trim() ? [`${pointer}/${id}/user: begins or ends with a blank; remove it`] : []),
    ...(password !== password?.trim()
      ? [`${pointer}/${id}/password: begins or ends with a blank; remove it`]
      : []),
  ]);
}
