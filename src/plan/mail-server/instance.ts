/** What the parts of a mail server are planned from. Pure. */
import type { Answers } from '../../model/answers.ts';
import type { MailServer } from '../../model/mail-server/model.ts';
import type { Routes } from './routes.ts';

/** The model with what other instances answered, and the ways of mail that follow from both. */
export interface PlannedMailServer extends MailServer {
  answers: Answers;
  routes: Routes;
}
