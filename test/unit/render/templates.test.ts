import { expect } from 'chai';

import { compileTemplates, type Render, templateRenderer } from '../../../src/render/templates.ts';

const renderer = async (texts: Readonly<Record<string, string>>): Promise<Render> =>
  templateRenderer(await compileTemplates(texts));

describe('a template', () => {
  it('leaves values as they are: configuration files are no HTML', async () => {
    const render = await renderer({ 'a.hbs': '{{value}}' });
    expect(render('a.hbs', { value: `<&>"'\`=` })).to.equal(`<&>"'\`=`);
  });

  it('is refused when it uses what its context lacks', async () => {
    const render = await renderer({ 'a.hbs': '{{value}}', 'b.hbs': '{{one.two}}' });
    expect(() => render('a.hbs', {})).to.throw('"value" not defined');
    expect(() => render('b.hbs', { one: {} })).to.throw('"two" not defined');
  });

  it('knows values, each, if and partials, and no other helper', async () => {
    const render = await renderer({
      'shared/part.hbs': '[{{name}}]',
      'a.hbs': '{{> shared/part}}{{#each list}}{{this}};{{/each}}{{#if on}}yes{{else}}no{{/if}}',
    });
    expect(render('a.hbs', { name: 'n', list: [1, 2], on: false })).to.equal('[n]1;2;no');
    const refused = await renderer({ 'b.hbs': '{{eq 1 1}}' }).catch((error: unknown) => String(error));
    expect(refused).to.contain('b.hbs: ').and.to.contain('unknown helper eq');
  });

  it('reaches nothing that its context only inherits', async () => {
    const render = await renderer({ 'a.hbs': '{{constructor}}' });
    expect(render('a.hbs', {})).to.equal('');
  });

  it('writes values whose names Handlebars has helpers for', async () => {
    const render = await renderer({ 'a.hbs': '{{log}} {{lookup}} {{with}} {{unless}}' });
    expect(render('a.hbs', { log: 1, lookup: 2, with: 3, unless: 4 })).to.equal('1 2 3 4');
  });

  it('must exist', async () => {
    const render = await renderer({});
    expect(() => render('none.hbs', {})).to.throw('there is no template none.hbs');
  });
});
