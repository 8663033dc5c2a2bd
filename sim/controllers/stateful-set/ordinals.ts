/** The names and numbers of a stateful set's pods. @upstream pkg/controller/statefulset/stateful_set_utils.go */
import type { StatefulSet } from '../../api/kinds/apps.js';
import type { Pod } from '../../api/kinds/core.js';

/** The set that the pod's name tells, and its number. */
export function parentAndOrdinal({ metadata }: Pod): {
  readonly parent: string;
  readonly ordinal: number;
} {
  const { name = '' } = metadata;
  const dash = name.lastIndexOf('-');
  const ordinal = dash < 0 ? undefined : digits(name, dash + 1);
  if (ordinal === undefined) return { parent: '', ordinal: -1 };
  return { parent: name.slice(0, dash), ordinal: ordinal <= 2_147_483_647 ? ordinal : -1 };
}

/** The number that the rest of the text is; undefined when it is none. A pattern would cost more, and all pods are asked at each pass. */
function digits(text: string, from: number): number | undefined {
  if (from === text.length) return undefined;
  let value = 0;
  for (let place = from; place < text.length; place++) {
    const digit = text.charCodeAt(place) - 48;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return value;
}

/** The pod's number; -1 when its name has none. */
export function ordinalOf(pod: Pod): number {
  return parentAndOrdinal(pod).ordinal;
}

/** Whether the pod's name is one of the set's. */
export function isMember(set: StatefulSet, pod: Pod): boolean {
  return parentAndOrdinal(pod).parent === set.metadata.name;
}

/** The first number. */
export function startOrdinal({ spec }: StatefulSet): number {
  return spec?.ordinals?.start ?? 0;
}

/** How many pods the set wants. */
export function replicasOf({ spec }: StatefulSet): number {
  return spec?.replicas ?? 1;
}

/** Whether the set wants a pod of this number. */
export function isInRange(set: StatefulSet, ordinal: number): boolean {
  const start = startOrdinal(set);
  return ordinal >= start && ordinal < start + replicasOf(set);
}

/** `db-0`. */
export function podName({ metadata }: StatefulSet, ordinal: number): string {
  return `${metadata.name ?? ''}-${ordinal}`;
}

/** `data-db-0`. */
export function claimName({ metadata }: StatefulSet, template: string, ordinal: number): string {
  return `${template}-${metadata.name ?? ''}-${ordinal}`;
}
