/** The value at `key`; requesters choose keys such as `constructor` or `__proto__`, which every object seems to have. */
export function entryOf<Value>(table: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
