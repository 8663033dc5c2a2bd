/** Whom a policy is about: the workloads of its namespace, or of all if it stands in the root namespace. */
import type { ObjectMeta } from '../../api/kinds/meta.js';
import { compareText } from '../../api/go-text.js';
import type { Attachment, WorkloadSelector } from './kinds.js';
import type { MeshSettings, Workload } from './request.js';

interface Attached {
  readonly metadata: ObjectMeta;
  readonly spec?: Attachment;
}

/** The policies that a workload's sidecar enforces: those of the root namespace first. */
export function attachedTo<Policy extends Attached>(
  workload: Workload,
  policies: readonly Policy[],
  { rootNamespace }: MeshSettings,
): readonly Policy[] {
  return [...new Set([rootNamespace, workload.namespace])].flatMap(namespace =>
    policies.filter(
      ({ metadata, spec = {} }) =>
        namespaceOf(metadata) === namespace && !hasTarget(spec) && selects(spec.selector, workload),
    ),
  );
}

/** The namespace of an object, which stands in `default` if it names none. */
export function namespaceOf({ namespace = 'default' }: ObjectMeta): string {
  return namespace;
}

/** Policies of gateways and waypoints are no sidecar's business. */
function hasTarget({ targetRef, targetRefs = [] }: Attachment): boolean {
  return targetRef !== undefined || targetRefs.length > 0;
}

/** Whether a workload has all labels of the selector. */
export function selects(selector: WorkloadSelector | undefined, { labels }: Workload): boolean {
  return Object.entries(selector?.matchLabels ?? {}).every(([key, value]) => labels[key] === value);
}

/** Orders objects by their age, then by their names, as the control plane does. */
export function byAge(left: { metadata: ObjectMeta }, right: { metadata: ObjectMeta }): number {
  const key = ({ metadata }: { metadata: ObjectMeta }): readonly string[] => [
    metadata.creationTimestamp ?? '',
    metadata.name ?? '',
    namespaceOf(metadata),
  ];
  const others = key(right);
  for (const [index, mine] of key(left).entries()) {
    const order = compareText(mine, others[index] ?? '');
    if (order !== 0) return order;
  }
  return 0;
}
