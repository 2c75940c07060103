/** JSON as somebody hostile writes it, as text: what a parser makes of it is part of the attack. */
import fc from 'fast-check';

const nasty = [
  ...['\ud800', 'a\udc00b', '\ud83d\ude00', '\0', 'a\0b', '\ufffe', '\u202e', '\u0085\u2028', ' ', ''],
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'then', 'length', '_', 'shared:_alice'],
  ...['${buildout:directory}', '{{x}}', '%s', "';--", '..', '../../etc', 'a\nb = c', 'a:b', '#', '\t', '\\'],
  ...[
    '@',
    '@example.com',
    'alice@example.com',
    'ALICE@Example.Com.',
    'srs0=x@example.com',
    '"a b"@example.com',
  ],
  ...['postmaster@example.com', 'x@a..b', 'x@[::1]', '\ud800@example.com', 'bücher.example', 'xn--a.example'],
  ...['::1', '0.0.0.0', 'fd00::1%eth0', '::ffff:127.0.0.1', 'default', 'account', 'alias', 'fingerprint'],
];
const text = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...nasty) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom('x', '\ud800', '(', '.', '@', 'é'), fc.constantFrom(70, 255, 1001, 100_000))
      .map(([each, length]) => each.repeat(length)),
  },
);
const number = fc.constantFrom(
  '0',
  '-0',
  '-1',
  '1.5',
  '1e999',
  '-1e999',
  '1e-999',
  '9007199254740993',
  '1e308',
);
const deep = fc
  .tuple(fc.constantFrom('[', '{"a":', '{"__proto__":'), fc.constantFrom(10, 63, 65, 500, 20_000))
  .map(([open, depth]) => open.repeat(depth) + '1' + (open === '[' ? ']' : '}').repeat(depth));

/** Any JSON text whose objects often have keys among `keys`. */
function anyJson(keys: readonly string[]): fc.Arbitrary<string> {
  const key = fc.oneof(fc.constantFrom(...keys), text);
  return fc.letrec<{ value: string }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      text.map((each) => JSON.stringify(each)),
      fc.oneof(number, fc.constantFrom('null', 'true', 'false')),
      fc.array(tie('value'), { maxLength: 4 }).map((items) => `[${items.join(',')}]`),
      fc
        .array(fc.tuple(key, tie('value')), { maxLength: 5 })
        .map((members) => `{${members.map(([name, item]) => `${JSON.stringify(name)}:${item}`).join(',')}}`),
      deep,
    ),
  })).value;
}

/** Text of a request: anything, also no JSON, or one of `examples` with some of its values or members replaced. */
export function hostileJson(examples: readonly object[]): fc.Arbitrary<string> {
  const keys = [...new Set(examples.flatMap(keysIn))];
  const any = anyJson(keys);
  const changed = fc
    .tuple(fc.constantFrom(...examples), fc.array(fc.tuple(fc.nat(), any), { minLength: 1, maxLength: 3 }))
    .map(([example, changes]) => {
      const places = placesIn(JSON.parse(JSON.stringify(example)) as object);
      const replaced = new Map(changes.map(([at, json]) => [places[at % places.length] ?? '', json]));
      return written(example, '', replaced);
    });
  return fc.oneof(
    { weight: 6, arbitrary: changed },
    { weight: 3, arbitrary: any },
    { weight: 1, arbitrary: text },
  );
}

/** A reference as a master may tell it: requesters choose a part of it, and XML holds no half character and no NUL. */
export const hostileReference = text.filter((each) => /^[^\p{Cc}\p{Cs}\ufffe\uffff]+$/u.test(each));

function keysIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => [key, ...keysIn(item)]);
}

/** JSON pointers to all that is in `value`, without escapes. */
function placesIn(value: unknown, at = ''): string[] {
  if (typeof value !== 'object' || value === null) return [at];
  return [at, ...Object.entries(value).flatMap(([key, item]) => placesIn(item, `${at}/${key}`))];
}

function written(value: unknown, at: string, replaced: ReadonlyMap<string, string>): string {
  const instead = replaced.get(at);
  if (instead !== undefined) return instead;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([key, item]): [string, string] => [
    key,
    written(item, `${at}/${key}`, replaced),
  ]);
  if (Array.isArray(value)) return `[${members.map(([, item]) => item).join(',')}]`;
  return `{${members.map(([key, item]) => `${JSON.stringify(key)}:${item}`).join(',')}}`;
}
