/** Where an address of this server ends, as Postfix finds it when it has taken a message. Pure. */
import { type LookupTable, parseAddresses } from '../../formats/postfix-table.ts';
import { withoutTag } from '../../names/tag.ts';

export interface Ends {
  /** Postfix' table: every address, `@domain` for a catch-all → the addresses where it ends. */
  recipients: LookupTable;
  /** What separates a name from a tag; empty: nothing does. */
  delimiter: string;
}

/** Null for an address that the table does not have. An exact address comes before one without its tag, and that before a catch-all. */
export function endsOf(recipient: string, { recipients, delimiter }: Ends): string[] | null {
  const address = recipient.toLowerCase();
  const plain = withoutTag(address, delimiter);
  const ends =
    recipients.get(address) ??
    (plain === null ? undefined : recipients.get(plain)) ??
    recipients.get(address.slice(address.lastIndexOf('@')));
  return ends === undefined ? null : parseAddresses(ends);
}
