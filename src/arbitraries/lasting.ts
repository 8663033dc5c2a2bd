/** How long trainings go on: manifests do not say, and what lasts meets more than what is over at once. */
import fc from 'fast-check';
import type { KubeObject } from '../../sim/api/object.js';

/** Kinds of what is meant to end: without a word on what their containers do, they end after two seconds. */
const kinds = new Set([
  'Job',
  'MXJob',
  'PyTorchJob',
  'TFJob',
  'MPIJob',
  'XGBoostJob',
  'PaddleJob',
  'JAXJob',
  'TrainJob',
]);

const workloadLabel = 'seatrial.dev/workload';

/** The manifests as they are, or with trainings that do not end: each half of the time. */
export function lastingOrNot(
  manifests: readonly KubeObject[],
): fc.Arbitrary<readonly KubeObject[]> {
  const lasting = manifests.map(lastingOf);
  const isOther = lasting.some((object, index) => object !== manifests[index]);
  return isOther ? fc.constantFrom(manifests, lasting) : fc.constant(manifests);
}

/** By the training: it is one object in all plans, which then need not be sent, read or judged anew. */
const known = new WeakMap<KubeObject, KubeObject>();

function lastingOf(object: KubeObject): KubeObject {
  if (!kinds.has(object.kind ?? '')) return object;
  // A copy of a manifest is one.
  const lasting = known.get(object) ?? (withLasting(object) as KubeObject);
  known.set(object, lasting);
  return lasting;
}

/** The same with the label in each template of pods that has none of it. */
function withLasting(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withLasting);
  if (typeof value !== 'object' || value === null) return value;
  const copy = Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
      name === 'template' && isPodTemplate(item) ? labelled(item) : withLasting(item),
    ]),
  );
  return copy;
}

interface Template {
  readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
  readonly spec?: { readonly containers?: unknown };
}

function isPodTemplate(value: unknown): value is Template {
  return Array.isArray((value as Template | null)?.spec?.containers);
}

function labelled({ metadata, ...rest }: Template): Template {
  const labels = { [workloadLabel]: 'run-forever', ...metadata?.labels };
  return { metadata: { ...metadata, labels }, ...rest };
}
