import { expect } from 'chai';

import { templateRenderer } from '../../../src/render/templates.ts';

describe('a template', () => {
  it('leaves values as they are: configuration files are no HTML', () => {
    const render = templateRenderer({ 'a.hbs': '{{value}}' });
    expect(render('a.hbs', { value: `<&>"'\`=` })).to.equal(`<&>"'\`=`);
  });

  it('is refused when it uses what its context lacks', () => {
    const render = templateRenderer({ 'a.hbs': '{{value}}', 'b.hbs': '{{one.two}}' });
    expect(() => render('a.hbs', {})).to.throw('"value" not defined');
    expect(() => render('b.hbs', { one: {} })).to.throw('"two" not defined');
  });

  it('knows values, each, if and partials, and no other helper', () => {
    const render = templateRenderer({
      'shared/part.hbs': '[{{name}}]',
      'a.hbs': '{{> shared/part}}{{#each list}}{{this}};{{/each}}{{#if on}}yes{{else}}no{{/if}}',
      'b.hbs': '{{eq 1 1}}',
    });
    expect(render('a.hbs', { name: 'n', list: [1, 2], on: false })).to.equal('[n]1;2;no');
    expect(() => render('b.hbs', {})).to.throw();
  });

  it('reaches nothing that its context only inherits', () => {
    const render = templateRenderer({ 'a.hbs': '{{constructor}}' });
    expect(render('a.hbs', {})).to.equal('');
  });

  it('writes values whose names Handlebars has helpers for', () => {
    const render = templateRenderer({ 'a.hbs': '{{log}} {{lookup}} {{with}} {{unless}}' });
    expect(render('a.hbs', { log: 1, lookup: 2, with: 3, unless: 4 })).to.equal('1 2 3 4');
  });

  it('must exist', () => {
    expect(() => templateRenderer({})('none.hbs', {})).to.throw('there is no template none.hbs');
  });
});
