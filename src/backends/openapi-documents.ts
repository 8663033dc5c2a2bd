/** The OpenAPI documents of the built-in kinds, unpacked when somebody first asks for one. */
import { brotliDecompressSync } from 'node:zlib';
import { openapiArchive, openapiLengths } from '../../sim/api/generated/openapi.js';
import type { OpenApiDocuments } from '../../sim/server/contract.js';

type Lengths = readonly (readonly [name: string, length: number])[];

let bytes: Buffer | undefined;
let places: ReadonlyMap<string, readonly [from: number, to: number]> | undefined;

/** As kube-apiserver 1.36 serves them. */
export const openapiDocuments: OpenApiDocuments = {
  names: () => [...placesOf().keys()].filter(name => name !== ''),
  text: name => {
    const place = placesOf().get(name);
    if (place === undefined) return undefined;
    bytes ??= brotliDecompressSync(Buffer.from(openapiArchive, 'base64'));
    return bytes.toString('utf8', ...place);
  },
};

function placesOf() {
  if (places !== undefined) return places;
  let from = 0;
  const found = new Map<string, readonly [number, number]>();
  for (const [name, length] of openapiLengths() as Lengths) {
    found.set(name, [from, from + length]);
    from += length;
  }
  return (places = found);
}
