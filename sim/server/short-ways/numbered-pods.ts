/** What is each pod's own among those of a stateful set: the name with its number, and what repeats it. */
import type { Pod, PodSpec } from '../../api/kinds/core.js';
import type { ObjectMeta } from '../../api/kinds/meta.js';

/** @upstream k8s.io/api/apps/v1/types.go StatefulSetPodNameLabel, PodIndexLabel */
const nameLabel = 'statefulset.kubernetes.io/pod-name';
const indexLabel = 'apps.kubernetes.io/pod-index';

/** The most characters of a hostname and of a label's value. */
const nameMax = 63;

/** A pod as the stateful set's controller sends it, or stored. */
export type Numbered = Pick<Pod, 'metadata'> & { readonly spec: PodSpec };

/** Whether name, labels and hostname are those of a pod of a stateful set. */
export function isNumbered({ metadata, spec }: Numbered): boolean {
  const { name = '', labels = {} } = metadata;
  const index = labels[indexLabel] ?? '';
  return (
    labels[nameLabel] === name &&
    spec.hostname === name &&
    name.length <= nameMax &&
    /^(0|[1-9][0-9]*)$/.test(index) &&
    name.endsWith(`-${index}`)
  );
}

/** Whether two of them are of one set by their names, and have all other labels in common. */
export function isNumberedAlike(metadata: ObjectMeta, other: ObjectMeta): boolean {
  const { labels = {} } = metadata;
  const { labels: otherLabels = {} } = other;
  if (prefixOf(metadata) !== prefixOf(other)) return false;
  let fields = 0;
  for (const key in labels) {
    fields++;
    if (key === nameLabel || key === indexLabel) continue;
    if (labels[key] !== otherLabels[key]) return false;
  }
  for (const _ in otherLabels) fields--;
  return fields === 0;
}

function prefixOf({ name = '', labels }: ObjectMeta): string {
  return name.slice(0, name.length - (labels?.[indexLabel]?.length ?? 0));
}

/** The labels of the one in the place of those of the other. */
export function ownLabels(
  { labels = {} }: ObjectMeta,
  other: ObjectMeta,
): Readonly<Record<string, string>> {
  const own = { [nameLabel]: labels[nameLabel] ?? '', [indexLabel]: labels[indexLabel] ?? '' };
  return Object.assign({}, other.labels, own);
}
