/** How protection controllers write finalizers. */
import type { HasMetadata, Kind } from '../../api/object.js';
import type { Reconciliation } from '../../client/contract.js';
import { call, update } from '../../client/requests.js';

/** Takes the finalizer off an object that has it, and gives it to one that does not. */
export function* switchFinalizer<T extends HasMetadata>(
  kind: Kind<T>,
  object: T,
  finalizer: string,
): Reconciliation {
  const given = object.metadata.finalizers ?? [];
  const finalizers = given.includes(finalizer)
    ? given.filter(one => one !== finalizer)
    : [...given, finalizer];
  const metadata = { ...object.metadata, finalizers };
  const answer = yield* call(update(kind, { ...object, metadata }));
  return answer.isOk ? undefined : { retry: answer.message };
}
