/** DNS records as zone files present them (RFC 1035, 5.1): `name type data`, with absolute names. */
import { refuseCharacters } from './one-word.ts';

/** Names are without a dot at the end. */
export type DnsRecord =
  | { name: string; type: 'MX'; preference: number; exchange: string }
  | { name: string; type: 'TXT'; text: string };

const format = 'a DNS record';
// RFC 1035, 2.3.4: a name has 255 octets, which count the length of each label and of the root.
const maxNameLength = 253;
const maxLabelLength = 63;
// RFC 1035, 3.3 and 3.2.1: a length is one octet in a character string, two in the data of a record.
const maxStringLength = 255;
const maxDataLength = 65_535;
const maxPreference = 65_535;

export function serialiseDnsRecord(record: DnsRecord): string {
  const name = absoluteName(record.name);
  switch (record.type) {
    case 'MX':
      return `${name} MX ${preferenceText(record.preference)} ${absoluteName(record.exchange)}`;
    case 'TXT':
      return `${name} TXT ${characterStrings(record.text)}`;
  }
}

function absoluteName(name: string): string {
  const labels = name.split('.');
  if (name.length > maxNameLength || labels.some(({ length }) => length < 1 || length > maxLabelLength)) {
    throw new Error(`${JSON.stringify(name)} cannot be a name of ${format}`);
  }
  return `${refuseCharacters(name, /[^A-Za-z0-9._-]/, format)}.`;
}

function preferenceText(preference: number): string {
  if (!Number.isInteger(preference) || preference < 0 || preference > maxPreference) {
    throw new Error(`${preference} cannot be the preference of an MX record`);
  }
  return String(preference);
}

/** `text`, as UTF-8, in as many quoted strings as it needs. Whoever reads the record joins them without a blank. */
function characterStrings(text: string): string {
  const octets = [...Buffer.from(text, 'utf8')];
  const strings: number[][] = [];
  do strings.push(octets.splice(0, maxStringLength));
  while (octets.length > 0);
  const dataLength = strings.reduce((sum, { length }) => sum + 1 + length, 0);
  if (dataLength > maxDataLength) {
    throw new Error(`a text of ${text.length} characters cannot be written in ${format}`);
  }
  return strings.map((string) => `"${string.map(escaped).join('')}"`).join(' ');
}

/** An octet within quotes: `\"` and `\\`; `\DDD`, in decimal, for what is not printable ASCII. */
function escaped(octet: number): string {
  if (octet < 0x20 || octet > 0x7e) return `\\${String(octet).padStart(3, '0')}`;
  const character = String.fromCharCode(octet);
  return character === '"' || character === '\\' ? `\\${character}` : character;
}
