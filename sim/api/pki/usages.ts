/** What a key may be used for. @upstream cert-manager v1.21.1 pkg/api/util/usages.go, pkg/util/pki/keyusage.go */
import { bits, identifier, sequence } from './der.js';

/** The bits of the key usage extension, from the first on. */
const keyUsages: Readonly<Record<string, number>> = {
  signing: 0,
  'digital signature': 0,
  'content commitment': 1,
  'key encipherment': 2,
  'data encipherment': 3,
  'key agreement': 4,
  'cert sign': 5,
  'crl sign': 6,
  'encipher only': 7,
  'decipher only': 8,
};

const extendedUsages: Readonly<Record<string, string>> = {
  any: '2.5.29.37.0',
  'server auth': '1.3.6.1.5.5.7.3.1',
  'client auth': '1.3.6.1.5.5.7.3.2',
  'code signing': '1.3.6.1.5.5.7.3.3',
  'email protection': '1.3.6.1.5.5.7.3.4',
  's/mime': '1.3.6.1.5.5.7.3.4',
  'ipsec end system': '1.3.6.1.5.5.7.3.5',
  'ipsec tunnel': '1.3.6.1.5.5.7.3.6',
  'ipsec user': '1.3.6.1.5.5.7.3.7',
  timestamping: '1.3.6.1.5.5.7.3.8',
  'ocsp signing': '1.3.6.1.5.5.7.3.9',
  'microsoft sgc': '1.3.6.1.4.1.311.10.3.3',
  'netscape sgc': '2.16.840.1.113730.4.1',
};

/** Whether there is such a usage. */
export function isUsage(name: string): boolean {
  return Object.hasOwn(keyUsages, name) || Object.hasOwn(extendedUsages, name);
}

const byDefault = ['digital signature', 'key encipherment'];

/** The values of the two extensions; of the second only where one of its usages is asked for. */
export function encodedUsages(
  asked: readonly string[],
  isCA: boolean,
): { readonly keyUsage: Uint8Array; readonly extended?: Uint8Array } {
  const usages = [...(asked.length === 0 ? byDefault : asked), ...(isCA ? ['cert sign'] : [])];
  const positions = usages.flatMap(usage => keyUsages[usage] ?? []);
  const extended = usages.flatMap(usage => extendedUsages[usage] ?? []);
  return {
    keyUsage: bitsAt(positions),
    ...(extended.length > 0 && { extended: sequence(...extended.map(identifier)) }),
  };
}

function bitsAt(positions: readonly number[]): Uint8Array {
  const last = Math.max(...positions, 0);
  const bytes = new Uint8Array(Math.floor(last / 8) + 1);
  for (const position of positions) {
    const index = Math.floor(position / 8);
    bytes[index] = (bytes[index] ?? 0) | (0x80 >> (position % 8));
  }
  return bits(bytes, 7 - (last % 8));
}
