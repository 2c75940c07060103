import { expect } from 'chai';
import { parseServices } from '../../../src/local-node/services.ts';

describe('the services of a node', () => {
  it('are told by partition and wrapper, without the mark of the watchdog and without the watchdog', () => {
    const output = `slappart0:once                   EXITED    Nov 21 05:55 AM
slappart0:postfix-on-watch       RUNNING   pid 22000, uptime 0:00:03
watchdog                         RUNNING   pid 21039, uptime 0:01:01
`;
    expect(parseServices(output)).to.deep.equal([
      { partition: 'slappart0', name: 'once', state: 'EXITED', detail: 'Nov 21 05:55 AM' },
      { partition: 'slappart0', name: 'postfix', state: 'RUNNING', detail: 'pid 22000, uptime 0:00:03' },
    ]);
  });

  it('are none in an error of supervisorctl or a warning of Python', () => {
    expect(
      parseServices('unix:///srv/n/inst/sv.sock no such file\n/srv/n/x.py:33: UserWarning: old\n'),
    ).to.deep.equal([]);
  });
});
