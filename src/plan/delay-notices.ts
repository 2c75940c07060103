/** Notices to people whose mail waits, of each Postfix whose senders have proved who they are. Pure. */
import { delaySubject } from '../names/delay-subject.ts';
import type { Place } from '../model/place.ts';
import type { PlannedFile } from './planned.ts';
import type { Postfix } from './postfix-service.ts';

/** Asked by Postfix by the milter protocol about each notice. */
export const noticeSocket = 'var/run/delay-notices.sock';

/** Context of master.cf. */
export const delayNotices = ({ partition }: Place) => ({ noticeSocket: `${partition}/${noticeSocket}` });

/** What a notice says. */
export const noticeTemplate = ({ configuration, service }: Postfix): PlannedFile => ({
  path: `${configuration}/bounce.cf`,
  mode: 0o600,
  reload: service,
  body: { template: 'shared/bounce.cf.hbs', context: { delaySubject } },
});
