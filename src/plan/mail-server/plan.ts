/** Stage 5 for `mail-server`: the model and the answers become files, the next ledger and publications. Pure. */
import type { Ledger } from '../../ledger/types.ts';
import type { Answers } from '../../model/answers.ts';
import type { MailServer } from '../../model/mail-server/model.ts';
import { assemble } from '../assemble.ts';
import { lostMailPart } from '../lost-mail.ts';
import { nextLedger } from '../next-ledger.ts';
import type { Part } from '../part.ts';
import type { Plan } from '../planned.ts';
import { certificateRotationPart, upkeepPart } from '../upkeep.ts';
import { deliveryPart } from './delivery.ts';
import { dovecotPart } from './dovecot.ts';
import type { PlannedMailServer } from './instance.ts';
import { mailPolicyPart } from './mail-policy.ts';
import { postfixPart } from './postfix.ts';
import { planPublications } from './publications.ts';
import { planRoutes } from './routes.ts';
import { withKnownTokens } from './tokens.ts';
import { webParts } from './web.ts';

export const mailServerParts: readonly Part<PlannedMailServer>[] = [
  upkeepPart,
  certificateRotationPart,
  postfixPart,
  lostMailPart,
  dovecotPart,
  mailPolicyPart,
  ...webParts,
  deliveryPart,
];

export function planMailServer(built: MailServer, answers: Answers, ledger: Ledger, seed: Uint8Array): Plan {
  const model = withKnownTokens(built, answers, ledger, seed);
  const publications = planPublications(model, answers, ledger.published);
  return {
    ...assemble(mailServerParts, { ...model, answers, routes: planRoutes(model, answers) }),
    ledger: nextLedger(ledger, publications, {
      accounts: model.records,
      aliases: model.aliases,
      ports: model.place.ports,
      secrets: model.secrets,
    }),
    publications,
  };
}
