import { expect } from 'chai';

import { readInstance, readPartition } from '../../../src/slap/read-answer.ts';
import type { MarshalValue } from '../../../src/slap/types.ts';

function answer(details: Record<string, MarshalValue>): MarshalValue {
  return { _instance_guid: 'SOFTINST-1', _requested_state: 'started', _parameter_dict: details };
}

describe('the answer about a partition', () => {
  it('holds the smallest IPv6 in text order and the first IPv4', () => {
    const ip_list = [
      ['tap0', '10.0.0.9'],
      ['tap1', 'fe80::1%eth0'],
      ['tap2', 'fd00::9'],
      ['tap3', 'fd00::10'],
      ['tap4', '10.0.0.1'],
      ['tap5', 'fd00::/64'],
      ['tap6', null],
      null,
    ];
    expect(readPartition(answer({ ip_list }), undefined).addresses).to.deep.equal({
      ipv6: 'fd00::10',
      ipv4: '10.0.0.9',
    });
    expect(readPartition(answer({}), undefined).addresses).to.deep.equal({
      ipv6: undefined,
      ipv4: undefined,
    });
  });

  it('marks a shared request whose JSON cannot be read, and spoils no other', () => {
    const { sharedRequests } = readPartition(
      answer({
        slave_instance_list: [
          {
            slave_reference: 'SOFTINST-2',
            slave_title: 'bad',
            slap_software_type: 'default',
            _: '{"address": ',
          },
          {
            slave_reference: 'SOFTINST-3',
            slave_title: 'good',
            slap_software_type: 'default',
            _: '{"address": "a@b.example"}',
          },
          { slave_reference: 'SOFTINST-4' },
        ],
      }),
      undefined,
    );
    expect(sharedRequests).to.deep.equal([
      {
        reference: 'SOFTINST-2',
        parameters: undefined,
        problem: 'the parameter "_" is not JSON (12 characters)',
      },
      {
        reference: 'SOFTINST-3',
        parameters: { address: 'a@b.example' },
      },
      { reference: 'SOFTINST-4', parameters: {} },
    ]);
  });

  it('is refused as a whole when a shared request has no reference: left out, it would look destroyed', () => {
    expect(() => readPartition(answer({ slave_instance_list: [{ _: '{}' }] }), undefined)).to.throw(
      'slave_instance_list[0] has no slave_reference',
    );
  });

  it('says that no instance is allocated when there are no parameters at all', () => {
    expect(() => readPartition({ _requested_state: 'destroyed' }, undefined)).to.throw(
      'no instance is allocated',
    );
  });

  it('takes the software URL of the connection when the master tells none', () => {
    expect(readPartition(answer({}), '/a/software.cfg').softwareUrl).to.equal('/a/software.cfg');
    expect(readPartition(answer({ slap_software_release_url: '/b.cfg' }), '/a.cfg').softwareUrl).to.equal(
      '/b.cfg',
    );
  });

  for (const wrong of [null, 'done', 7, [], answer({ slave_instance_list: 'x' }), answer({ ip_list: {} })]) {
    it(`refuses ${JSON.stringify(wrong)}`, () => {
      expect(() => readPartition(wrong, undefined)).to.throw(/is not a (dictionary|list)/);
    });
  }
});

describe('the answer to a request', () => {
  it('gives the published JSON object, or the plain parameters', () => {
    expect(readInstance({ _connection_dict: { _: '{"smtp-port": "10025"}' } })).to.deep.equal({
      state: 'ready',
      connection: { 'smtp-port': '10025' },
    });
    expect(readInstance({ _connection_dict: { secure_access: 'https://a.example/' } })).to.deep.equal({
      state: 'ready',
      connection: { secure_access: 'https://a.example/' },
    });
    expect(readInstance({})).to.deep.equal({ state: 'ready', connection: {} });
  });

  it('refuses published values that are no JSON object, without quoting them', () => {
    expect(() => readInstance({ _connection_dict: { _: '{"token": hunter2' } }))
      .to.throw()
      .and.not.match(/hunter2/);
    expect(() => readInstance({ _connection_dict: { _: '["hunter2"]' } }))
      .to.throw(/not a JSON object/)
      .and.not.match(/hunter2/);
  });
});
