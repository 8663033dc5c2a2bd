/** Small hashes with fixed results: FNV-1a as Kubernetes uses it, and a 64-bit chain for the trace. */

const fnvPrime = 0x01000193;
const fnvOffset = 0x811c9dc5;

/**
 * FNV-1a, 32 bits, over the UTF-8 bytes of the text.
 * @upstream hash/fnv New32a
 */
export function fnv32a(text: string): number {
  return fnv32aBytes(new TextEncoder().encode(text));
}

/** FNV-1a, 32 bits, over bytes. */
export function fnv32aBytes(bytes: Uint8Array): number {
  let hash = fnvOffset;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, fnvPrime);
  return hash >>> 0;
}

/** FNV-1a with a start value, over the UTF-16 units: quick, for seeds and digests. */
export function mixText(start: number, text: string): number {
  let hash = start | 0;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), fnvPrime);
  }
  return avalanche(hash);
}

/** Mixes an integer or a float into a 32-bit state. */
export function mixNumber(start: number, value: number): number {
  const high = Math.floor(value / 0x1_0000_0000);
  return avalanche(Math.imul((start ^ (value | 0)) + 0x9e3779b9, 0x85ebca6b) ^ high);
}

function avalanche(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
