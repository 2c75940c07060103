/** An account's settings as words of its line in `holders`, without those that have their default. */
import type { Fail } from './lines.ts';
import { type AccountSettings, type SendingLimits, usualSettings } from './types.ts';

/** Short names of limits, as in `limits=mh:500,rd:0`. */
const limitNames: Readonly<Record<keyof SendingLimits, string>> = {
  messagesPerHour: 'mh',
  messagesPerDay: 'md',
  recipientsPerHour: 'rh',
  recipientsPerDay: 'rd',
};

export const settingKeys: readonly string[] = ['mode', 'suspended', 'quota', 'limits'];

export function settingWords({
  mode,
  suspended,
  mailboxSizeLimit,
  sendingLimits,
}: AccountSettings): string[] {
  return [
    ...(mode === usualSettings.mode ? [] : [`mode=${mode}`]),
    ...(suspended === usualSettings.suspended ? [] : [`suspended=${suspended}`]),
    ...(mailboxSizeLimit === null ? [] : [`quota=${mailboxSizeLimit}`]),
    ...(sendingLimits === null ? [] : [`limits=${limitsText(sendingLimits)}`]),
  ];
}

export function parseSettings(values: ReadonlyMap<string, string>, fail: Fail): AccountSettings {
  const { mode = 'normal', suspended = 'no', quota, limits } = Object.fromEntries(values);
  if (mode !== 'normal' && mode !== 'send-only' && mode !== 'receive-only') {
    return fail(`"${mode}" is no mode; known are send-only and receive-only`);
  }
  if (suspended !== 'no' && suspended !== 'keep-mail' && suspended !== 'refuse-mail') {
    return fail(`"${suspended}" is no suspension; known are keep-mail and refuse-mail`);
  }
  if (quota !== undefined && !/^[1-9][0-9]{0,9}$/.test(quota)) {
    return fail(`"${quota}" is no quota; write a number of MiB`);
  }
  return {
    mode,
    suspended,
    mailboxSizeLimit: quota === undefined ? null : Number(quota),
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
