import { expect } from 'chai';
import fc from 'fast-check';

import { parseCrontab } from '../../../../src/daemons/crond/parse-crontab.ts';

describe('a crontab', () => {
  it('holds lines of five fields or a nickname, then a command', () => {
    const text =
      '# rotate\n\n*/10 3-5 * jan,FEB 1-5 /bin/logrotate  -s "a b" 50%\n  @daily\t/bin/true # not a comment\r\n';
    expect(parseCrontab(text)).to.deep.equal({
      entries: [
        {
          line: 3,
          schedule: '*/10 3-5 * jan,FEB 1-5',
          command: '/bin/logrotate  -s "a b" 50%',
          environment: {},
        },
        { line: 4, schedule: '@daily', command: '/bin/true # not a comment', environment: {} },
      ],
      problems: [],
    });
  });

  it('gives a command the variables that are set above it', () => {
    const { entries } = parseCrontab('A=1\n@daily a\nB = "two words"\nA=\'\'\n@daily b\n');
    expect(entries.map(({ environment }) => environment)).to.deep.equal([
      { A: '1' },
      { A: '', B: 'two words' },
    ]);
  });

  const schedules = [
    '0 0 29 2 *',
    '59 23 31 12 7',
    '3-55/4 * * * *',
    '0,30 0-6,22 1 * sun',
    '@hourly',
    '@Weekly',
    '@MIDNIGHT',
  ];
  for (const schedule of schedules) {
    it(`knows the schedule ${schedule}`, () => {
      expect(parseCrontab(`${schedule} x`))
        .to.have.property('entries')
        .with.length(1);
    });
  }

  const bad: Readonly<Record<string, string>> = {
    '61 * * * * x': '"61 * * * *" is not a schedule',
    '* 24 * * * x': 'is not a schedule',
    'a b c d e x': 'is not a schedule',
    '*/0 * * * * x': 'is not a schedule',
    '0 0 31 2 * x': 'never happens',
    '@reboot x': '"@reboot" is not a schedule',
    '@ x': '"@" is not a schedule',
    '@daily': 'no command',
    '* * * * *': 'no command',
    '* * * *': 'fewer than five fields',
    '/bin/true': 'fewer than five fields',
    '@daily a\0b': 'NUL',
    'A=b\0c': 'NUL',
  };
  for (const [line, reason] of Object.entries(bad)) {
    it(`with the bad line ${JSON.stringify(line)} names it, and the others are read`, () => {
      const { entries, problems } = parseCrontab(`@daily before\n${line}\n@daily after`);
      expect(entries.map(({ command }) => command)).to.deep.equal(['before', 'after']);
      expect(problems).to.have.length(1);
      expect(problems[0]).to.include({ line: 2 }).and.have.property('reason').that.includes(reason);
    });
  }

  it('is read whatever it holds', () => {
    const field = fc.constantFrom(
      '*',
      '1',
      '*/5',
      '1-3',
      '99',
      'sun',
      '@daily',
      '#',
      'L',
      'A=b',
      '-',
      '\n',
      ' ',
      '\t',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(field).map((fields) => fields.join(' ')),
        ),
        (text) => {
          parseCrontab(text);
        },
      ),
    );
  });
});
