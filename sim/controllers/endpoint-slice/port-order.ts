/**
 * The order of ports and subsets: by a hash over a dump of Go's structs.
 * @upstream staging/src/k8s.io/endpointslice/util/controller_utils.go portsInOrder, pkg/api/v1/endpoints/util.go
 */
import { structOf } from '../../api/facts.js';
import { compareText } from '../../api/go-text.js';
import { goDump } from '../../api/pod-template-hash.js';

const fnvPrime = 0x1000000000000000000013bn;
const fnvOffset = 0x6c62272e07bb014262b821756295c58dn;

/** FNV-1a, 128 bits, as hexadecimal digits. */
function fnv128a(text: string): string {
  let hash = fnvOffset;
  for (const byte of new TextEncoder().encode(text)) {
    hash = BigInt.asUintN(128, (hash ^ BigInt(byte)) * fnvPrime);
  }
  return hash.toString(16).padStart(32, '0');
}

/** The values in the order of their hashes; `type` is that of the facts, `discovery/v1.EndpointPort`. */
export function sortedByHash<T>(values: readonly T[], type: string): readonly T[] {
  if (values.length < 2) return values;
  const shape = structOf(type);
  return values
    .map(value => ({ value, hash: fnv128a(goDump(value, shape)) }))
    .sort((a, b) => compareText(a.hash, b.hash))
    .map(({ value }) => value);
}
