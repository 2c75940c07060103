import { Cron } from 'croner';

/** One line of a crontab that can be run. */
export interface CrontabEntry {
  /** Line number, from 1. */
  readonly line: number;
  /** Five fields, or a nickname such as `@daily`. */
  readonly schedule: string;
  /** What /bin/sh runs. `%` means nothing special. */
  readonly command: string;
  /** The `NAME=value` lines above it. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface CrontabProblem {
  readonly line: number;
  readonly reason: string;
}

const nicknames = ['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly'];
const assignment = /^([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)$/;
const fiveFields = /^((?:\S+\s+){5})(.*)$/;

/** Reads a crontab without a user column. A bad line becomes a problem, the others are entries all the same. */
export function parseCrontab(text: string): { entries: CrontabEntry[]; problems: CrontabProblem[] } {
  const entries: CrontabEntry[] = [];
  const problems: CrontabProblem[] = [];
  let environment: Readonly<Record<string, string>> = {};
  for (const [index, raw] of text.split('\n').entries()) {
    const content = raw.trim();
    if (content === '' || content.startsWith('#')) continue;
    const line = index + 1;
    const [, name, value] = assignment.exec(content) ?? [];
    if (name !== undefined && value !== undefined && !content.includes('\0')) {
      environment = { ...environment, [name]: unquote(value) };
      continue;
    }
    const entry = parseEntry(content);
    if ('reason' in entry) problems.push({ line, reason: entry.reason });
    else entries.push({ line, ...entry, environment });
  }
  return { entries, problems };
}

function parseEntry(content: string): { schedule: string; command: string } | { reason: string } {
  if (content.includes('\0')) return { reason: 'the line holds a NUL character; remove it' };
  if (content.startsWith('@')) {
    const [, nickname = '', command = ''] = /^(\S+)\s*(.*)$/.exec(content) ?? [];
    if (!nicknames.includes(nickname.toLowerCase())) {
      return {
        reason: `"${nickname}" is not a schedule; write five fields or one of ${nicknames.join(' ')}`,
      };
    }
    return command === '' ? noCommand : { schedule: nickname.toLowerCase(), command };
  }
  const [, fields, command = ''] = fiveFields.exec(`${content} `) ?? [];
  if (fields === undefined)
    return { reason: 'fewer than five fields; write minute hour day month weekday command' };
  const schedule = fields.trim().replace(/\s+/g, ' ');
  const reason = problemOf(schedule);
  if (reason !== undefined) return { reason };
  return command.trim() === '' ? noCommand : { schedule, command: command.trim() };
}

const noCommand = { reason: 'there is no command after the schedule; write one' };

/** Why `schedule` can never run anything. */
function problemOf(schedule: string): string | undefined {
  const advice = 'write five fields such as "*/10 3 * * 1-5"';
  try {
    const next = new Cron(schedule, { mode: '5-part' }).nextRun(new Date('2024-01-01T00:00:00'));
    return next === null ? `"${schedule}" never happens; ${advice}` : undefined;
  } catch (error) {
    const detail = error instanceof Error ? error.message.replace(/^CronPattern: /, '') : String(error);
    return `"${schedule}" is not a schedule: ${detail}; ${advice}`;
  }
}

function unquote(value: string): string {
  const quoted = /^(["'])(.*)\1$/.exec(value);
  return quoted?.[2] ?? value;
}
