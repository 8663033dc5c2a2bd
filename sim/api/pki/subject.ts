/** Distinguished names and alternative names. @upstream crypto/x509/pkix, cert-manager v1.21.1 pkg/util/pki/{csr,sans}.go */
import {
  childrenOf,
  DerFault,
  element,
  identifier,
  readIdentifier,
  readText,
  sequence,
  textElement,
  utf8,
  type Element,
} from './der.js';

/** What a subject is called. */
export interface Subject {
  readonly countries?: readonly string[];
  readonly organizations?: readonly string[];
  readonly organizationalUnits?: readonly string[];
  readonly localities?: readonly string[];
  readonly provinces?: readonly string[];
  readonly streetAddresses?: readonly string[];
  readonly postalCodes?: readonly string[];
  readonly commonName?: string;
  readonly serialNumber?: string;
}

/** The fields in the order in which Go writes them. */
const fields = [
  ['countries', '2.5.4.6'],
  ['organizations', '2.5.4.10'],
  ['organizationalUnits', '2.5.4.11'],
  ['localities', '2.5.4.7'],
  ['provinces', '2.5.4.8'],
  ['streetAddresses', '2.5.4.9'],
  ['postalCodes', '2.5.4.17'],
  ['commonName', '2.5.4.3'],
  ['serialNumber', '2.5.4.5'],
] as const;

type Field = (typeof fields)[number][0];

/** The name in DER. */
export function encodedSubject(subject: Subject): Uint8Array {
  const sets = fields.flatMap(([field, oid]) => {
    const value = subject[field] ?? [];
    const values = typeof value === 'string' ? (value === '' ? [] : [value]) : value;
    const attributes = values.map(text => sequence(identifier(oid), textElement(text)));
    return attributes.length === 0 ? [] : [element(0x31, ...attributes)];
  });
  return sequence(...sets);
}

/** The name in an element. */
export function readSubject(name: Element): Subject {
  const found: Partial<Record<Field, string[]>> = {};
  for (const set of childrenOf(name)) {
    for (const attribute of childrenOf(set)) {
      const [oid, value] = childrenOf(attribute);
      if (oid === undefined || value === undefined) throw new DerFault('malformed name');
      const dotted = readIdentifier(oid);
      const field = fields.find(([, known]) => known === dotted)?.[0];
      if (field !== undefined) (found[field] ??= []).push(readText(value));
    }
  }
  const { commonName, serialNumber, ...lists } = found;
  return {
    ...lists,
    ...(commonName !== undefined && { commonName: commonName.at(-1) ?? '' }),
    ...(serialNumber !== undefined && { serialNumber: serialNumber.at(-1) ?? '' }),
  };
}

/** By what a certificate is reached besides. */
export interface AlternativeNames {
  readonly emailAddresses: readonly string[];
  readonly dnsNames: readonly string[];
  readonly uris: readonly string[];
  /** As Go prints them. */
  readonly ipAddresses: readonly string[];
}

/** No names. */
export const noNames: AlternativeNames = {
  ...{ emailAddresses: [], dnsNames: [], uris: [], ipAddresses: [] },
};

/** The value of the extension; undefined where there are no names. */
export function encodedNames(names: AlternativeNames): Uint8Array | undefined {
  const all = [
    ...names.emailAddresses.map(name => element(0x81, utf8(name))),
    ...names.dnsNames.map(name => element(0x82, utf8(name))),
    ...names.uris.map(name => element(0x86, utf8(name))),
    ...names.ipAddresses.map(name => element(0x87, addressBytes(name))),
  ];
  return all.length === 0 ? undefined : sequence(...all);
}

/** The names in the extension's value. */
export function readNames(value: Element): AlternativeNames {
  const all = childrenOf(value);
  const of = (tag: number) => all.filter(one => one.tag === tag);
  return {
    emailAddresses: of(0x81).map(readText),
    dnsNames: of(0x82).map(readText),
    uris: of(0x86).map(readText),
    ipAddresses: of(0x87).map(({ content }) => addressText(content)),
  };
}

/** An address as Go prints it; undefined when it is none. */
export function canonicalAddress(address: string): string | undefined {
  if (!/^(\d{1,3}\.){3}\d{1,3}$|:/.test(address)) return undefined;
  try {
    return addressText(addressBytes(address));
  } catch {
    return undefined;
  }
}

function addressBytes(address: string): Uint8Array {
  if (!address.includes(':')) return Uint8Array.from(address.split('.').map(Number));
  // The URL parser knows all forms that an address of version 6 may have.
  const host = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const [head = '', tail] = host.split('::');
  const groups = (text: string): readonly string[] => (text === '' ? [] : text.split(':'));
  const first = groups(head);
  const last = tail === undefined ? [] : groups(tail);
  const gap = Array.from({ length: 8 - first.length - last.length }, () => '0');
  const words = [...first, ...gap, ...last].map(group => Number.parseInt(group, 16));
  return Uint8Array.from(words.flatMap(word => [word >> 8, word & 0xff]));
}

function addressText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.');
  if (bytes.length !== 16) throw new DerFault('malformed address');
  const words = Array.from({ length: 8 }, (_, index) =>
    (((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0)).toString(16),
  );
  return new URL(`http://[${words.join(':')}]/`).hostname.slice(1, -1);
}
