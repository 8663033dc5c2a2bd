/**
 * Bodies that are sent again and again, to one server after another: what is read of them is remembered.
 * A search applies the same manifests in each of a thousand voyages, and what later parts find out of a
 * spec (the hash of a template, what its pods ask for) is remembered by the spec's identity.
 */
import type { KubeObject } from '../../api/object.js';
import type { Strategy } from '../resources/strategy.js';

interface Read {
  readonly strategy: Pick<Strategy, 'kind'>;
  readonly fieldValidation: string;
  readonly object: KubeObject;
}

const reads = new WeakMap<object, Read[]>();

/** Says that nobody will ever change the body or anything in it. Whoever has made it alone can say so. */
export function lastingBody<T extends object>(body: T): T {
  if (!reads.has(body)) reads.set(body, []);
  return body;
}

/** What tells how a body is read, besides the body. */
export type Reading = Omit<Read, 'object'>;

/** What was read of the body the same way before; undefined when it was not, or the body may change. */
export function readBefore(body: unknown, { strategy, fieldValidation }: Reading) {
  if (typeof body !== 'object' || body === null) return undefined;
  return reads
    .get(body)
    ?.find(read => read.strategy === strategy && read.fieldValidation === fieldValidation)?.object;
}

/** Remembers what was read of a body, if it lasts. Only what was read without a word against it is. */
export function noteRead(body: unknown, reading: Reading, object: KubeObject): void {
  if (typeof body !== 'object' || body === null) return;
  const { strategy, fieldValidation } = reading;
  reads.get(body)?.push({ strategy, fieldValidation, object });
}
