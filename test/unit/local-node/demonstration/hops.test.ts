import { expect } from 'chai';

import { readHop, readHops } from '../../../../src/local-node/demonstration/hops.ts';

const relayed = [
  'from mail1 (unknown [IPv6:fd00:1::3])',
  '(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)',
  ' key-exchange X25519 server-signature RSA-PSS (2048 bits) server-digest SHA256)',
  '(Client CN "mail1", Issuer "mail1" (not verified))',
  'by mx1.relay.example (Postfix) with ESMTPS id 76F70F6193',
  'for <someone@foreign.example>; Sat, 21 Nov 2026 08:47:23 +0000 (UTC)',
].join(' ');

describe('the hops of a message', () => {
  it("are read from Postfix's headers, with TLS and client certificate", () => {
    expect(readHop(relayed)).to.deep.equal({
      from: 'mail1',
      by: 'mx1.relay.example',
      protocol: 'ESMTPS',
      tls: 'TLSv1.3 AES_256_GCM',
      certificate: 'mail1',
      login: null,
      id: '76F70F6193',
      time: new Date('2026-11-21T08:47:23Z'),
    });
  });

  it('tell no TLS and no certificate where the header does not', () => {
    const hop = readHop('from mail1 by mail1 with LMTP id abc+/x; Sat, 21 Nov 2026 08:47:24 +0000');
    expect(hop).to.include({ protocol: 'LMTP', tls: null, certificate: null, login: null });
    const asked = relayed.replace(/\(Client CN.*verified\)\)/, '(No client certificate requested)');
    expect(readHop(asked).certificate).to.equal(null);
  });

  it('tell the login where the header does', () => {
    const hop = readHop('from relay ([::1]) (Authenticated sender: relay-1) by service with ESMTPSA id 1; x');
    expect(hop).to.include({ login: 'relay-1', protocol: 'ESMTPSA', time: null });
  });

  it('come in the order of the way', async () => {
    const hops = await readHops('Received: from b by c with SMTP\r\nReceived: from a by b with SMTP\r\n\r\n');
    expect(hops.map(({ from, by }) => `${from}${by}`)).to.deep.equal(['ab', 'bc']);
  });
});
