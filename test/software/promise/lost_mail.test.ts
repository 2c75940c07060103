import { mkdir, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'chai';

import { sense } from '../../support/promise/sense.ts';
import { sharedFolder } from '../../support/promise/stand-ins.ts';

/** As Postfix tells it; `headers`: of what was lost. */
const notice = (
  headers: string,
  recipient = 'sender@world.example',
) => `Return-Path: <double-bounce@mx1.example>
Subject: Postmaster Copy: Undelivered Mail
Auto-Submitted: auto-replied
Content-Type: multipart/report; report-type=delivery-status; boundary="x"

--x
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx1.example

Final-Recipient: rfc822; ${recipient}
Action: failed
Diagnostic-Code: smtp; 550 5.1.1 no such
    user here

--x
Content-Description: Undelivered Message Headers
Content-Type: text/rfc822-headers

${headers}
--x--
`;
const bounce =
  'Subject: Undelivered Mail Returned to Sender\nAuto-Submitted: auto-replied\nContent-Type: multipart/report;\n\tboundary=y\n';

describe('lost_mail', function () {
  this.timeout(20_000);
  const folder = sharedFolder();
  const ask = () => sense('lost_mail', { folder: folder(), 'shown-for': '86400' });
  const path = (name: string) => join(folder(), 'new', name);
  const file = async (name: string, headers: string, age = 0, recipient?: string) => {
    await writeFile(path(name), notice(headers, recipient));
    await utimes(path(name), Date.now() / 1000 - age, Date.now() / 1000 - age);
  };
  beforeEach(() => mkdir(join(folder(), 'new'), { recursive: true }));
  afterEach(() => rm(join(folder(), 'new'), { recursive: true, force: true }));

  it('is content with none, with what was lost two days ago, answers of a program and reports to this machine', async () => {
    const content = { level: 'info', message: 'no mail was lost within the last 24 hours' };
    expect(await ask()).to.deep.equal(content);
    await file('old', bounce, 2 * 86400);
    await file('report', 'Subject: Mail Delivery Status Report\n', 0, 'root@MX1.example');
    await file(
      'vacation',
      'Subject: away\nAuto-Submitted: auto-replied (vacation)\nContent-Type: text/plain\n',
    );
    expect(await ask()).to.deep.equal(content);
  });

  it('counts bounces that nobody took and other mail, and says why of the latest', async () => {
    await file('1', bounce, 60);
    const because =
      'neither delivered nor returned; the latest: to sender@world.example: 550 5.1.1 no such user here';
    expect(await ask()).to.deep.equal({
      level: 'error',
      message: `1 message was lost within the last 24 hours: ${because}; see ${folder()}/new`,
    });
    await file('2', 'Subject: by somebody without a sender\n');
    expect((await ask()).message).to.match(/^2 messages were lost /);
  });

  it('says so when there is no such folder', async () => {
    await rm(join(folder(), 'new'), { recursive: true });
    expect((await ask()).message).to.match(/\/new: No such file or directory; process the partition again$/);
  });
});
