import { join } from 'node:path';

import { expect } from 'chai';

import { makeCertificate } from '../../support/promise/certificate.ts';
import { sense } from '../../support/promise/sense.ts';
import { madeCertificates, sharedFolder } from '../../support/promise/stand-ins.ts';

describe('certificate_lasts', function () {
  this.timeout(20_000);
  const folder = sharedFolder();
  const made = madeCertificates(folder);

  const lasts = (path: string) =>
    sense('certificate_lasts', {
      ...{ 'certificate-file': path, openssl: 'openssl', days: '5', remedy: 'ask for a new one' },
    });

  it('is content with a certificate that lasts, also behind its key', async () => {
    const lasting = await makeCertificate(folder(), 'lasting', 7);
    expect(await lasts(lasting.bundle)).to.include({ level: 'info' });
  });

  it('tells when the certificate ends and what to do', async () => {
    for (const { bundle } of [await makeCertificate(folder(), 'ending', 4), made().expired]) {
      const line = await lasts(bundle);
      expect(line.level).to.equal('error');
      expect(line.message).to.match(
        /\.pem: the certificate ends on .* GMT, in less than 5 days or already; ask for a new one$/,
      );
    }
  });

  it('tells that there is none', async () => {
    expect((await lasts(join(folder(), 'none.pem'))).message).to.match(/holds no certificate; ask/);
  });
});
