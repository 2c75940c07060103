/** What a schema cannot say of a value, as rules that each say their own sentence. Pure. */

export interface Rule<Value> {
  /** Whether `value` keeps the rule. */
  check: (value: Value) => boolean;
  /** What a requester reads when it does not, after the pointer. */
  message: string;
  /** JSON pointer to what is wrong, from `value`. */
  pointer: string;
}

/** One sentence for each rule that `value` breaks; `at`: JSON pointer to `value`. */
export function brokenRules<Value>(rules: readonly Rule<Value>[], value: Value, at = ''): string[] {
  return rules
    .filter(({ check }) => !check(value))
    .map(({ message, pointer }) => `${at}${pointer}: ${message}`);
}

/** Whether `text`, if it is there, neither begins nor ends with a blank. */
export function isTrimmed(text: string | undefined): boolean {
  return text === text?.trim();
}
