// Made from schemas/ by `npm run generate`. Do not edit.

/**
 * What the requester of a mail server may write.
 */
export interface DefaultInputWritten {
  /**
   * Domains hosted by this server. The first one is the webmail's default login domain.
   *
   * @minItems 1
   *
   * Items: A domain name such as example.com. Internationalised names may be written as they are (bücher.example) or in their xn-- form; they are the same. Letter case does not matter.
   */
  'mail-domains': [string, ...string[]];
  /**
   * Domains that stand for one of the mail domains: every address of the one is that of the other.
   */
  'domain-aliases'?: {
    /**
     * The mail domain that it stands for.
     */
    [k: string]: string;
  };
  /**
   * This server's fully qualified host name, such as mail.example.com: in its greetings, in HELO, in notices and Message-IDs, in its certificate, and in the settings for mail programs. Its DNS records are to name this server, or its frontend; it is not the name of a relay node. Without it the server calls itself by its title if that is such a name, else by its first mail domain.
   */
  fqdn?: string;
  /**
   * The relay cluster that receives mail from the world for this server's domains.
   */
  'inbound-relay'?: {
    /**
     * Whether one shared relay is requested for each mail domain. When it is off, anybody may deliver mail for the hosted domains to this server directly.
     */
    enable?: boolean;
    /**
     * URL of the relay cluster's software release, used for that request.
     */
    'relay-sr-url'?: string;
  };
  /**
   * The way out for mail to other domains: the relay that inbound-relay requests (write `enable` only), or a host of your own (write `host`).
   */
  'outbound-relay'?: {
    /**
     * Whether mail to other domains leaves through a relay. When it is off, it goes to the recipients' servers directly.
     */
    enable?: boolean;
    /**
     * Host name or address of your own outbound host.
     */
    host?: string;
    /**
     * Port of that host.
     */
    port?: number;
    /**
     * Whether TLS begins with the first byte of the connection to that host, not after STARTTLS; when absent, on port 465 only.
     */
    'implicit-tls'?: boolean;
    /**
     * Name to log in with at that host; TLS is then mandatory.
     */
    user?: string;
    /**
     * Password to log in with at that host.
     */
    password?: string;
  };
  /**
   * The older name of the spam filter's switch. It is accepted so that today's requests stay valid; this release has no spam filter yet.
   */
  bogofilter?: {
    /**
     * Whether it is on.
     */
    enable?: boolean;
  };
  /**
   * Address that gets mail to `postmaster` and `abuse` of each domain, where no account or alias has these names. Without it, such mail goes to the domain's catch-all, else to its first account.
   */
  postmaster?: string;
  /**
   * Whether every domain has an account testmail@<domain> with the password `password123`, known to everybody. For tests only.
   */
  'test-account'?: boolean;
  /**
   * Whether aliases and accounts may send mail on to addresses of other servers.
   */
  forwarding?: boolean;
  /**
   * What separates a name from a tag: with `+`, mail to alice+news reaches alice. Empty: there are no tags.
   */
  'recipient-delimiter'?: '' | '+' | '-' | '=' | '_' | '~';
  /**
   * Largest message, in MiB, in both directions, the whole message counted. Attachments grow by 37 % when they are sent: 50 is 36 MiB of attachments. While less than one and a half times as much is free on the disk, no mail is taken at all (452).
   */
  'email-size-limit'?: number;
  /**
   * Quota of each mailbox, in MiB.
   */
  'mailbox-size-limit'?: number;
  /**
   * Whether a request for an account may ask for a larger mailbox, or for more sending, than `mailbox-size-limit` and `sending-limits` say. When it is off, what an account asks for beyond them is as for all.
   */
  'accounts-may-exceed-limits'?: boolean;
  /**
   * What each account may send, so that a stolen password harms few. Beyond it, recipients are refused for a while.
   */
  'sending-limits'?: {
    /**
     * Messages that one account may send within an hour; 0 is no limit.
     */
    'messages-per-hour'?: number;
    /**
     * Messages that one account may send within 24 hours; 0 is no limit.
     */
    'messages-per-day'?: number;
    /**
     * Recipients that one account may write to within an hour, each counted for each message; 0 is no limit.
     */
    'recipients-per-hour'?: number;
    /**
     * Recipients that one account may write to within 24 hours; 0 is no limit.
     */
    'recipients-per-day'?: number;
  };
  /**
   * What each account may keep of filter scripts (Sieve).
   */
  'filter-limits'?: {
    /**
     * Number of scripts.
     */
    scripts?: number;
    /**
     * Largest script, in KiB.
     */
    'script-size'?: number;
  };
  /**
   * Accounts that may send with any From and Sender header, for mailing lists and programs that write in the name of others. All others may name their own addresses only.
   *
   * @maxItems 1000
   *
   * Items: Address of the account.
   */
  'any-from'?: string[];
  /**
   * How often one client may fail to log in to one account.
   */
  'log-in-limits'?: {
    /**
     * Different wrong passwords of one client at one account within the time, after which it is refused even with the right password; 0 is no limit.
     */
    failures?: number;
    /**
     * The time in which failures count.
     */
    minutes?: number;
  };
  /**
   * Addresses and networks of the frontends before this server's web pages, which alone are believed about whom they speak for (X-Forwarded-For). Without them all visitors behind a frontend are one: few wrong passwords lock everybody out of the pages for a while.
   *
   * @maxItems 64
   *
   * Items: An IP address or a network, such as 192.0.2.1 or 2001:db8::/32.
   */
  'trusted-proxies'?: string[];
}

/**
 * What the requester of a mail server may write.
 */
export interface DefaultInput {
  /**
   * Domains hosted by this server. The first one is the webmail's default login domain.
   *
   * @minItems 1
   *
   * Items: A domain name such as example.com. Internationalised names may be written as they are (bücher.example) or in their xn-- form; they are the same. Letter case does not matter.
   */
  'mail-domains': [string, ...string[]];
  /**
   * Domains that stand for one of the mail domains: every address of the one is that of the other.
   */
  'domain-aliases': {
    /**
     * The mail domain that it stands for.
     */
    [k: string]: string;
  };
  /**
   * This server's fully qualified host name, such as mail.example.com: in its greetings, in HELO, in notices and Message-IDs, in its certificate, and in the settings for mail programs. Its DNS records are to name this server, or its frontend; it is not the name of a relay node. Without it the server calls itself by its title if that is such a name, else by its first mail domain.
   */
  fqdn?: string;
  /**
   * The relay cluster that receives mail from the world for this server's domains.
   */
  'inbound-relay': {
    /**
     * Whether one shared relay is requested for each mail domain. When it is off, anybody may deliver mail for the hosted domains to this server directly.
     */
    enable: boolean;
    /**
     * URL of the relay cluster's software release, used for that request.
     */
    'relay-sr-url': string;
  };
  /**
   * The way out for mail to other domains: the relay that inbound-relay requests (write `enable` only), or a host of your own (write `host`).
   */
  'outbound-relay': {
    /**
     * Whether mail to other domains leaves through a relay. When it is off, it goes to the recipients' servers directly.
     */
    enable: boolean;
    /**
     * Host name or address of your own outbound host.
     */
    host?: string;
    /**
     * Port of that host.
     */
    port: number;
    /**
     * Whether TLS begins with the first byte of the connection to that host, not after STARTTLS; when absent, on port 465 only.
     */
    'implicit-tls'?: boolean;
    /**
     * Name to log in with at that host; TLS is then mandatory.
     */
    user?: string;
    /**
     * Password to log in with at that host.
     */
    password?: string;
  };
  /**
   * The older name of the spam filter's switch. It is accepted so that today's requests stay valid; this release has no spam filter yet.
   */
  bogofilter: {
    /**
     * Whether it is on.
     */
    enable: boolean;
  };
  /**
   * Address that gets mail to `postmaster` and `abuse` of each domain, where no account or alias has these names. Without it, such mail goes to the domain's catch-all, else to its first account.
   */
  postmaster?: string;
  /**
   * Whether every domain has an account testmail@<domain> with the password `password123`, known to everybody. For tests only.
   */
  'test-account': boolean;
  /**
   * Whether aliases and accounts may send mail on to addresses of other servers.
   */
  forwarding: boolean;
  /**
   * What separates a name from a tag: with `+`, mail to alice+news reaches alice. Empty: there are no tags.
   */
  'recipient-delimiter': '' | '+' | '-' | '=' | '_' | '~';
  /**
   * Largest message, in MiB, in both directions, the whole message counted. Attachments grow by 37 % when they are sent: 50 is 36 MiB of attachments. While less than one and a half times as much is free on the disk, no mail is taken at all (452).
   */
  'email-size-limit': number;
  /**
   * Quota of each mailbox, in MiB.
   */
  'mailbox-size-limit': number;
  /**
   * Whether a request for an account may ask for a larger mailbox, or for more sending, than `mailbox-size-limit` and `sending-limits` say. When it is off, what an account asks for beyond them is as for all.
   */
  'accounts-may-exceed-limits': boolean;
  /**
   * What each account may send, so that a stolen password harms few. Beyond it, recipients are refused for a while.
   */
  'sending-limits': {
    /**
     * Messages that one account may send within an hour; 0 is no limit.
     */
    'messages-per-hour': number;
    /**
     * Messages that one account may send within 24 hours; 0 is no limit.
     */
    'messages-per-day': number;
    /**
     * Recipients that one account may write to within an hour, each counted for each message; 0 is no limit.
     */
    'recipients-per-hour': number;
    /**
     * Recipients that one account may write to within 24 hours; 0 is no limit.
     */
    'recipients-per-day': number;
  };
  /**
   * What each account may keep of filter scripts (Sieve).
   */
  'filter-limits': {
    /**
     * Number of scripts.
     */
    scripts: number;
    /**
     * Largest script, in KiB.
     */
    'script-size': number;
  };
  /**
   * Accounts that may send with any From and Sender header, for mailing lists and programs that write in the name of others. All others may name their own addresses only.
   *
   * @maxItems 1000
   *
   * Items: Address of the account.
   */
  'any-from': string[];
  /**
   * How often one client may fail to log in to one account.
   */
  'log-in-limits': {
    /**
     * Different wrong passwords of one client at one account within the time, after which it is refused even with the right password; 0 is no limit.
     */
    failures: number;
    /**
     * The time in which failures count.
     */
    minutes: number;
  };
  /**
   * Addresses and networks of the frontends before this server's web pages, which alone are believed about whom they speak for (X-Forwarded-For). Without them all visitors behind a frontend are one: few wrong passwords lock everybody out of the pages for a while.
   *
   * @maxItems 64
   *
   * Items: An IP address or a network, such as 192.0.2.1 or 2001:db8::/32.
   */
  'trusted-proxies': string[];
}
