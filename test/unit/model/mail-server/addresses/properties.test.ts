/** Properties of addresses over whole sets of requests. */
import { expect } from 'chai';
import fc from 'fast-check';

import { parseLedger, serialiseLedger } from '../../../../../src/ledger/text.ts';
import {
  type AccountSettings,
  emptyLedger,
  type Holder,
  usualSettings,
} from '../../../../../src/ledger/types.ts';
import { maxDestinations } from '../../../../../src/ledger/address-graph.ts';
import { decideAddresses } from '../../../../../src/model/mail-server/addresses.ts';
import type { Claim } from '../../../../../src/model/mail-server/claims.ts';
import type { HeldAddresses } from '../../../../../src/model/mail-server/held-addresses.ts';
import { withoutTag } from '../../../../../src/names/tag.ts';
import { addressTables } from '../../../../../src/plan/mail-server/address-tables.ts';

const names = ['a', 'b', 'c', 'd', 'b+x', 'c+y', 'user3', 'auser3'].map((local) => `${local}@example.com`);
const catchAll = '@example.com';
const foreign = 'x@foreign.example';
const rules = { domains: new Set(['example.com']), delimiter: '+', forwarding: true };
const seed = new Uint8Array(32).fill(1);
const nothing: HeldAddresses = { accounts: [], aliases: [] };

const some = (least: number) =>
  fc.uniqueArray(fc.constantFrom(...names, foreign, 'z@example.com'), { minLength: least, maxLength: 3 });
const settings: fc.Arbitrary<AccountSettings> = fc.record({
  mode: fc.constantFrom('normal', 'normal', 'normal', 'send-only', 'receive-only'),
  suspended: fc.constantFrom('no', 'no', 'no', 'keep-mail', 'refuse-mail'),
  mailboxSizeLimit: fc.constant(null),
  sendingLimits: fc.constant(null),
});
const body = fc.oneof(
  fc.record({
    kind: fc.constant('account' as const),
    address: fc.constantFrom(...names),
    resetToken: fc.constant(null),
    settings: fc.oneof(fc.constant(usualSettings), settings),
    aliases: fc.uniqueArray(fc.constantFrom(...names), { maxLength: 2 }),
    forward: fc.option(fc.record({ destinations: some(1), keepsCopy: fc.boolean() })),
    builtinPassword: fc.constant(null),
  }),
  fc.record({
    kind: fc.constant('alias' as const),
    address: fc.constantFrom(...names, catchAll),
    destinations: some(1),
  }),
);
const claim = (holder: Holder, wish: typeof body extends fc.Arbitrary<infer Wish> ? Wish : never): Claim => {
  if (wish.kind === 'alias') return { holder, ...wish };
  const { address, forward } = wish;
  const others = forward?.destinations.filter((each) => each !== address) ?? [];
  return {
    holder,
    ...wish,
    aliases: wish.aliases.filter((each) => each !== address),
    forward: forward?.keepsCopy && others.length > 0 ? [address, ...others] : others,
  };
};
/** One run: each of these references asks for something, or for nothing. */
const run: fc.Arbitrary<Claim[]> = fc
  .tuple(
    fc.shuffledSubarray(['_1', '_2', '_3', '_4', '_5', '_6']),
    fc.array(body, { minLength: 6, maxLength: 6 }),
  )
  .map(([references, wishes]) =>
    references.map((reference, index) => claim(`shared:${reference}`, wishes[index]!)),
  );
const history = fc.array(run, { maxLength: 3 });

const decide = (claims: readonly Claim[], before: HeldAddresses) =>
  decideAddresses({ claims, invalid: [] }, before, rules, seed);
const after = (runs: readonly Claim[][]): HeldAddresses =>
  runs.reduce((before, claims): HeldAddresses => decide(claims, before), nothing);
const plain = (address: string) => withoutTag(address, '+') ?? address;

/** Every address that a request says, tags taken off as well: only those who share one may meet. */
function mentioned(each: Claim): string[] {
  const said =
    each.kind === 'alias'
      ? [each.address, ...each.destinations]
      : [each.address, ...each.aliases, ...each.forward];
  return said.filter((address) => address !== foreign).flatMap((address) => [address, plain(address)]);
}

/** Requests that share an address, and those that share one with these: holder → its group. */
function groups(claims: readonly Claim[], before: HeldAddresses): Map<Holder, number> {
  const of = new Map<Holder, number>();
  const words = new Map<Holder, Set<string>>();
  const say = (holder: Holder, addresses: readonly string[]) => {
    const known = words.get(holder) ?? new Set();
    addresses.forEach((address) => known.add(address).add(plain(address)));
    words.set(holder, known);
  };
  for (const each of claims) say(each.holder, mentioned(each));
  for (const { address, holder, forward } of before.accounts)
    say(
      holder,
      [address, ...forward].filter((each) => each !== foreign),
    );
  for (const { address, holder, destinations } of before.aliases)
    say(
      holder,
      [address, ...destinations].filter((each) => each !== foreign),
    );
  let next = 0;
  for (const start of words.keys()) {
    if (of.has(start)) continue;
    const group = [start];
    of.set(start, next);
    for (const holder of group) {
      for (const [other, said] of words) {
        if (of.has(other) || ![...said].some((address) => words.get(holder)?.has(address))) continue;
        of.set(other, next);
        group.push(other);
      }
    }
    next += 1;
  }
  return of;
}

const byHolder = ({ outcomes }: ReturnType<typeof decide>) =>
  new Map(outcomes.map((outcome) => [outcome.holder, outcome]));

describe('addresses, whatever is requested', function () {
  this.timeout(60_000);

  it('have one holder each: mailbox, alias or catch-all', () => {
    fc.assert(
      fc.property(history, run, (runs, last) => {
        const { accounts, aliases } = decide(last, after(runs));
        const held = [...accounts.filter(({ state }) => state === 'held'), ...aliases].map(
          ({ address }) => address,
        );
        expect(new Set(held).size).to.equal(held.length);
      }),
    );
  });

  it('are decided the same in any order that keeps who came first', () => {
    fc.assert(
      fc.property(history, run, fc.infiniteStream(fc.nat()), (runs, last, random) => {
        const before = after(runs);
        const of = groups(last, before);
        const queues = [...new Set(of.values())].map((group) =>
          last.filter(({ holder }) => of.get(holder) === group),
        );
        const mixed: Claim[] = [];
        while (mixed.length < last.length) {
          const waiting = queues.filter((queue) => queue.length > 0);
          const next = waiting[Number(random.next().value) % waiting.length]?.shift();
          if (next) mixed.push(next);
        }
        const [left, right] = [decide(last, before), decide(mixed, before)];
        expect(byHolder(right)).to.deep.equal(byHolder(left));
        expect(right.resolved).to.deep.equal(left.resolved);
      }),
    );
  });

  it('of one request change nothing for those that share none with it', () => {
    fc.assert(
      fc.property(history, run, fc.nat(), (runs, last, index) => {
        fc.pre(last.length > 0);
        const gone = last[index % last.length]!;
        const before = after(runs);
        const of = groups(last, before);
        const left = byHolder(decide(last, before));
        const right = byHolder(
          decide(
            last.filter((each) => each !== gone),
            before,
          ),
        );
        for (const { holder } of last) {
          if (of.get(holder) !== of.get(gone.holder))
            expect(right.get(holder)).to.deep.equal(left.get(holder));
        }
      }),
    );
  });

  it('end: in mailboxes that accept mail and in other servers, each once, never in too many', () => {
    fc.assert(
      fc.property(history, run, (runs, last) => {
        const { accounts, resolved } = decide(last, after(runs));
        const open = new Set(
          accounts
            .filter(({ state, settings: { mode, suspended } }) => {
              return state === 'held' && mode !== 'send-only' && suspended !== 'refuse-mail';
            })
            .map(({ address }) => address),
        );
        for (const { deliverTo } of resolved.values()) {
          expect(deliverTo.length).to.be.at.most(maxDestinations);
          expect(new Set(deliverTo).size).to.equal(deliverTo.length);
          for (const end of deliverTo) expect(end === foreign || open.has(end), end).to.equal(true);
        }
      }),
    );
  });

  it('are sent as by accounts that they lead to, and never by those of a catch-all', () => {
    fc.assert(
      fc.property(history, run, (runs, last) => {
        const { accounts, resolved } = decide(last, after(runs));
        const held = new Map(
          accounts.flatMap((account) => (account.state === 'held' ? [[account.address, account]] : [])),
        );
        for (const { address, kind, senders, deliverTo } of resolved.values()) {
          if (kind === 'catch-all') expect(senders).to.deep.equal([]);
          if (kind === 'account') expect(senders).to.deep.equal([address]);
          for (const sender of kind === 'alias' ? senders : []) {
            const account = held.get(sender);
            expect(account, sender).not.to.equal(undefined);
            // It gets the mail itself, unless it is one that gets none now or sends all of it on.
            const getsNone = account?.settings.mode === 'send-only' || account?.settings.suspended !== 'no';
            if (!getsNone && account?.forward.length === 0) expect(deliverTo).to.include(sender);
          }
        }
      }),
    );
  });

  it('are the same again when the same is asked for again', () => {
    fc.assert(
      fc.property(history, run, (runs, last) => {
        const once = decide(last, after(runs));
        const twice = decide(last, once);
        expect(twice.aliases).to.have.deep.members([...once.aliases]);
        expect(twice.resolved).to.deep.equal(once.resolved);
      }),
    );
  });

  it('are read from the ledger as they were written', () => {
    fc.assert(
      fc.property(history, (runs) => {
        const { accounts, aliases } = after(runs);
        const ledger = { ...emptyLedger, accounts, aliases };
        const back = parseLedger(serialiseLedger(ledger, '/p/srv/mail'), '/p/srv/ledger/current');
        expect(back.accounts).to.have.deep.members([...accounts]);
        expect(back.aliases).to.have.deep.members([...aliases]);
      }),
    );
  });

  it('stand in tables that agree: who receives, who refuses, who may send', () => {
    fc.assert(
      fc.property(history, run, (runs, last) => {
        const { accounts, resolved } = decide(last, after(runs));
        const tables = addressTables({
          accounts: accounts.filter(({ state }) => state === 'held'),
          addresses: resolved,
          domainAliases: new Map([['alias.example', 'example.com']]),
          recipientDelimiter: '+',
        });
        for (const [address, ends] of tables.recipients) {
          const isRefused = tables['refused-recipients'].get(address)?.startsWith('550') ?? false;
          for (const end of ends.split(', ')) {
            if (isRefused) expect(end).to.equal(address);
            else expect(end === foreign || tables.mailboxes.has(end), end).to.equal(true);
          }
          // What Postfix finds without the tag must not refuse an exact address.
          const refusal =
            tables['refused-recipients'].get(address) ?? tables['refused-recipients'].get(plain(address));
          if (!isRefused && !address.startsWith('@')) expect(refusal ?? 'DUNNO').to.equal('DUNNO');
        }
        for (const [address, logins] of tables['sender-logins']) {
          expect(tables.recipients.has(address), address).to.equal(true);
          for (const login of logins.split(', '))
            expect(login === 'nobody' || tables.mailboxes.has(login), login).to.equal(true);
        }
        expect([...tables['refused-recipients'].keys()]).to.deep.equal([
          ...tables['refused-deliveries'].keys(),
        ]);
      }),
    );
  });
});
