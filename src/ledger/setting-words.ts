/** An account's settings as words of its line in `holders`; one that is as usual has none. */
import type { Fail } from './lines.ts';
import { type AccountSettings, type SendingLimits, usualSettings } from './types.ts';

/** Short names of limits, as in `limits=mh:500,rd:0`. */
const limitNames: Readonly<Record<keyof SendingLimits, string>> = {
  messagesPerHour: 'mh',
  messagesPerDay: 'md',
  recipientsPerHour: 'rh',
  recipientsPerDay: 'rd',
};

export const settingKeys: readonly string[] = ['limits'];

export function settingWords({ sendingLimits }: AccountSettings): string[] {
  return sendingLimits === null ? [] : [`limits=${limitsText(sendingLimits)}`];
}

export function parseSettings(values: ReadonlyMap<string, string>, fail: Fail): AccountSettings {
  const limits = values.get('limits');
  return {
    ...usualSettings,
    sendingLimits: limits === undefined ? null : parseLimits(limits, fail),
  };
}

function limitsText(limits: Partial<SendingLimits>): string {
  return (Object.keys(limitNames) as (keyof SendingLimits)[])
    .flatMap((limit) => (limits[limit] === undefined ? [] : [`${limitNames[limit]}:${limits[limit]}`]))
    .join(',');
}

function parseLimits(text: string, fail: Fail): Partial<SendingLimits> {
  const limits: Partial<SendingLimits> = {};
  for (const part of text.split(',')) {
    const [, name, value] = /^([a-z]+):(0|[1-9][0-9]{0,9})$/.exec(part) ?? [];
    const limit = (Object.keys(limitNames) as (keyof SendingLimits)[]).find(
      (each) => limitNames[each] === name,
    );
    if (limit === undefined) return fail(`"${part}" is no limit; write one such as mh:500`);
    if (limits[limit] !== undefined) return fail(`"${name}" stands twice`);
    limits[limit] = Number(value);
  }
  return limits;
}
