import { expect } from 'chai';
import {
  buildoutStep,
  failedPartitions,
  processedPartitions,
} from '../../../../src/local-node/slapgrid/output.ts';

const at = '2026-11-21 05:54:58 slapos[21113] INFO';
const output = `${at} Processing computer partitions...
${at} Processing Computer Partition slappart0.
${at}   Software URL: /srv/r/software.cfg
${at} Installing service.
${at} Processing Computer Partition slappart12.
${at} Finished computer partitions.
${at} ${'='.repeat(80)}
${at} Error while processing the following partitions:
${at}   slappart0[default]: Failed to run buildout profile in directory '/srv/n/inst/slappart0':
Updating publish.
While:
  Updating publish.
Error: /mail-domains/0: no

${at} Error with promises for the following partitions:
${at}   slappart12[(not ready)]: Promise 'smtp_listen.py' failed with output: ERROR refused
`;

describe('what slapgrid says', () => {
  it('names the partitions that it processed', () => {
    expect(processedPartitions(output)).to.deep.equal(['slappart0', 'slappart12']);
    expect(processedPartitions(`${at} Finished computer partitions.\n`)).to.deep.equal([]);
  });

  it('names those that failed, with the whole reason', () => {
    const [first, second, ...others] = failedPartitions(output);
    expect(others).to.deep.equal([]);
    expect(first?.partition).to.equal('slappart0');
    expect(first?.reason).to.match(/^Failed to run buildout.*Error: \/mail-domains\/0: no$/s);
    expect(second).to.deep.equal({
      partition: 'slappart12',
      reason: "Promise 'smtp_listen.py' failed with output: ERROR refused",
    });
  });

  it('tells the part that buildout works on', () => {
    expect(buildoutStep(`${at} Installing service-postfix.`)).to.equal('Installing service-postfix');
    expect(buildoutStep(`${at} Installing software release /srv/r/software.cfg ...`)).to.equal(undefined);
    expect(buildoutStep(`${at} Generated script '/srv/x'.`)).to.equal(undefined);
  });
});
