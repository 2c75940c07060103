/** Subject of the notices to people whose mail waits. Nothing else that comes by the same service of Postfix has it. */
export const delaySubject = 'Your mail is still on its way / Votre message est encore en route';
