/** Where addresses lead: what is too much, who is refused, and what a change of kind does. */
import { expect } from 'chai';

import { isChosenRole } from '../../../../../src/model/mail-server/role-addresses.ts';
import type { Ledger } from '../../../../../src/ledger/types.ts';
import {
  delivered,
  processMailServer,
  publication,
  withPassword,
} from '../../../../support/mail-server-run.ts';

type Requests = Readonly<Record<string, object>>;

const at = (local: string) => `${local}@example.com`;
const account = (local: string, more: object = {}) => ({ address: at(local), ...more });
const alias = (local: string, ...destinations: string[]) => ({
  kind: 'alias',
  address: at(local),
  destinations: destinations.map(at),
});
const run = (shared: Requests, ledger?: Ledger) =>
  processMailServer({ shared, ...(ledger === undefined ? {} : { ledger }) });
const errorOf = ({ plan }: ReturnType<typeof run>, reference: string) =>
  publication(plan, reference)?.['error'];
const endsOf = ({ model }: ReturnType<typeof run>, local: string) => [
  ...(model.addresses.get(at(local))?.deliverTo ?? []),
];

describe('an alias that leads to many', () => {
  const many = Array.from({ length: 201 }, (_none, index) => `user${index}`);
  const accounts = Object.fromEntries(many.map((name) => [`_${name}`, account(name)]));
  const halves = {
    ...accounts,
    _left: alias('left', ...many.slice(0, 100)),
    _right: alias('right', ...many.slice(100, 200)),
    _all: alias('all', 'left', 'right'),
  };
  const full = run(halves);

  it('may reach 200 mailboxes, each counted once', () => {
    expect(errorOf(full, '_all')).to.equal(undefined);
    expect(endsOf(full, 'all')).to.have.length(200);
    const again = run({ ...halves, _twice: alias('twice', 'all', 'left', 'user0') });
    expect(errorOf(again, '_twice')).to.equal(undefined);
  });

  it('may reach no more: refused is who makes it so, and all goes on as before', () => {
    const shared = { ...halves, _last: alias('last', 'all', 'user200') };
    expect(errorOf(run(shared, delivered(full.plan)), '_last')).to.match(
      /^too_many_destinations: more than 200 in the end; /,
    );
    const inner = { ...halves, _inner: alias('inner', 'user98', 'user200') };
    const grown = run(
      { ...inner, _left: alias('left', ...many.slice(0, 98), 'user99', 'inner') },
      delivered(run(inner, delivered(full.plan)).plan),
    );
    expect(errorOf(grown, '_left')).to.match(
      /^too_many_destinations: .* of all@example\.com, which leads here; /,
    );
    expect(errorOf(grown, '_all')).to.equal(undefined);
    expect(endsOf(grown, 'all')).to.deep.equal(endsOf(full, 'all'));
  });
});

describe('an alias that leads far', () => {
  /** step1 → step2 → … → alice. */
  const chain = (length: number) =>
    Object.fromEntries(
      Array.from({ length }, (_none, index) => [
        `_${index + 1}`,
        alias(`step${index + 1}`, index + 1 === length ? 'alice' : `step${index + 2}`),
      ]),
    );
  const far = run({ _alice: account('alice'), ...chain(10) });

  it('may take 10 steps', () => {
    expect(endsOf(far, 'step1')).to.deep.equal([at('alice')]);
  });

  it('may take no more, wherever the last one is added', () => {
    const before = delivered(far.plan);
    const infront = run({ _alice: account('alice'), ...chain(10), _0: alias('step0', 'step1') }, before);
    expect(errorOf(infront, '_0')).to.match(/^too_many_levels: more than 10 steps; /);
    expect(endsOf(infront, 'step0')).to.deep.equal([]);
    const behind = run(
      {
        _alice: account('alice', { forward: { destinations: [at('bob')] } }),
        _bob: account('bob'),
        ...chain(10),
      },
      before,
    );
    expect(publication(behind.plan, '_alice')?.['refused-forward']).to.match(
      /^too_many_levels: more than 10 steps of step1@example\.com, which leads here; /,
    );
    expect(endsOf(behind, 'step1')).to.deep.equal([at('alice')]);
  });

  it('is refused for the step that closes a loop, which is named', () => {
    const looping = run(
      { _alice: account('alice'), ...chain(10), _10: alias('step10', 'step9') },
      delivered(far.plan),
    );
    expect(errorOf(looping, '_10')).to.match(
      /^loop: step10@example\.com -> step9@example\.com -> step10@example\.com; /,
    );
    expect(endsOf(looping, 'step1')).to.deep.equal([at('alice')]);
  });
});

describe('a request that changes its kind', () => {
  const others = { _bob: account('bob') };
  const first = run({ _a: account('alice'), ...others });
  const token = String(publication(first.plan, '_a')?.['token']);
  const active = withPassword(delivered(first.plan), at('alice'), token, '{X}1');
  const [before] = active.accounts.filter(({ address }) => address === at('alice'));
  const asAlias = run({ _a: alias('alice', 'bob'), ...others }, active);

  it('to an alias releases the account: its mail goes elsewhere, its password and mailbox wait', () => {
    expect(endsOf(asAlias, 'alice')).to.deep.equal([at('bob')]);
    expect(publication(asAlias.plan, '_a')).to.deep.equal({
      address: at('alice'),
      destinations: [at('bob')],
    });
    const [released] = asAlias.plan.ledger.accounts.filter(({ address }) => address === at('alice'));
    expect(released).to.deep.equal({ ...before, state: 'released' });
    expect(asAlias.model.accounts.map(({ address }) => address)).not.to.include(at('alice'));
  });

  it('and back finds the account as it was', () => {
    const back = run({ _a: account('alice'), ...others }, delivered(asAlias.plan));
    expect(back.plan.ledger.accounts.filter(({ address }) => address === at('alice'))).to.deep.equal([
      before,
    ]);
    expect(back.plan.ledger.aliases.filter((each) => !isChosenRole(each))).to.deep.equal([]);
    expect(endsOf(back, 'alice')).to.deep.equal([at('alice')]);
    expect(publication(back.plan, '_a')).to.include({ address: at('alice'), token: '' });
  });

  it('from an alias gets an account of its own, and leaves nothing when it is an alias again', () => {
    const sales = run({ _s: alias('sales', 'bob'), ...others });
    const made = run({ _s: account('sales'), ...others }, delivered(sales.plan));
    expect(publication(made.plan, '_s')?.['token']).to.be.a('string').and.not.equal('');
    expect(endsOf(made, 'sales')).to.deep.equal([at('sales')]);
    const again = run({ _s: alias('sales', 'bob'), ...others }, delivered(made.plan));
    expect(endsOf(again, 'sales')).to.deep.equal([at('bob')]);
    expect(again.plan.ledger.aliases).to.deep.equal(sales.plan.ledger.aliases);
  });
});

describe('names that nearly are another', () => {
  const names = ['user3', 'auser3', 'ser3', 'user', 'user33', 'user3.a', 'a.user3', 'user3-a', 'user3_'];
  const all: Requests = {
    ...Object.fromEntries(names.map((name, index) => [`_${index}`, account(name)])),
    _10: alias('user3x', 'user3'),
    _100: alias('xuser3', 'auser3'),
  };
  const before = run(all);

  for (const [gone, request] of Object.entries(all)) {
    const { address } = request as { address: string };
    it(`go on as they were when ${address} goes, and are held by their own holders`, () => {
      const rest = Object.fromEntries(Object.entries(all).filter(([reference]) => reference !== gone));
      const after = run(rest, delivered(before.plan));
      expect(after.model.addresses.has(address)).to.equal(false);
      for (const [other, resolved] of before.model.addresses) {
        // Somebody else stands in for these.
        if (other === address || /^(postmaster|abuse)@/.test(other)) continue;
        const isLed = resolved.deliverTo.includes(address);
        expect(after.model.addresses.get(other)?.deliverTo, other).to.deep.equal(
          isLed ? [] : resolved.deliverTo,
        );
        expect(after.model.addresses.get(other)?.senders, other).to.deep.equal(isLed ? [] : resolved.senders);
      }
      const claimed = run({ ...rest, _new: account(address.split('@')[0] ?? '') }, delivered(after.plan));
      expect(publication(claimed.plan, '_new')).to.include({ address });
      for (const reference of Object.keys(rest)) {
        const taken = run(
          { ...rest, _new: { address: (all[reference] as { address: string }).address } },
          delivered(after.plan),
        );
        expect(errorOf(taken, '_new'), reference).to.match(/^address_already_used: /);
      }
    });
  }
});
