/**
 * Mail that is lost: a message without a sender, mostly a bounce, that can be neither delivered nor returned. Postfix would
 * throw it away without a word. It is kept aside for a while, one file each, and a promise counts it. Pure.
 */
import type { Place } from '../model/place.ts';
import type { Part } from './part.ts';

/** Of no domain that there can be: the notices of Postfix about lost mail are addressed to it. */
const domain = 'lost-mail.invalid';
const [parent, name] = ['srv', 'lost-mail'];
const folder = `${parent}/${name}`;
/** Days. */
const keptFor = 30;

/** Context of main.cf. */
export const lostMailSettings = {
  lostMailAddress: `operator@${domain}`,
  lostMailTransport: `inline:{ {${domain} = lost-mail:} }`,
};

/** Context of master.cf. */
export const lostMailService = ({ partition, user: { uid, gid } }: Place) => ({
  lostMail: { base: `${partition}/${parent}`, folder: name, uid, gid },
});

export const lostMailPart: Part<{ place: Place }> = {
  services: [],
  programs: ['find'],
  contribute: ({ place: { partition, programs } }) => ({
    folders: ['', '/new', '/cur', '/tmp'].map((path) => ({ path: `${folder}${path}`, mode: 0o700 })),
    promises: [
      {
        name: 'lost-mail',
        module: 'lost_mail',
        config: { folder: `${partition}/${folder}`, 'shown-for': '86400' },
      },
    ],
    cron: {
      'forget-lost-mail': {
        times: '41 2 * * *',
        command: [
          programs['find'] ?? 'find',
          `${partition}/${folder}`,
          ...['-type', 'f', '-mtime', `+${keptFor}`, '-delete'],
        ],
      },
    },
  }),
};
