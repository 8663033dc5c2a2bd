/** What a pod security check is, and the words that its texts are made of. */
import type { Container, EphemeralContainer, PodSpec } from '../../../api/kinds/core.js';
import type { ObjectMeta } from '../../../api/kinds/meta.js';

/** Why a pod is refused: `reason (detail)`. */
export interface Violation {
  readonly reason: string;
  readonly detail: string;
}

/** One check at one range of versions; undefined: nothing against the pod. */
export type CheckPod = (metadata: ObjectMeta, spec: PodSpec) => Violation | undefined;

/** A check: its id orders the texts; `versions` ascend by minor. */
export interface Check {
  readonly id: string;
  readonly level: 'baseline' | 'restricted';
  readonly versions: readonly {
    readonly minor: number;
    readonly check: CheckPod;
    /** Checks of the baseline that this one stands in for. */
    readonly overrides?: string;
  }[];
}

/** Init containers, then containers, then ephemeral ones. */
export function containersOf(spec: PodSpec): readonly (Container | EphemeralContainer)[] {
  const { initContainers, ephemeralContainers } = spec;
  // A pod that is not valid may have none: Go then shows null.
  const containers = (spec.containers as readonly Container[] | null) ?? [];
  if (initContainers === undefined && ephemeralContainers === undefined) return containers;
  return [...(initContainers ?? []), ...containers, ...(ephemeralContainers ?? [])];
}

/** The names of the containers for which the condition holds. */
export function namesWhere(
  spec: PodSpec,
  holds: (container: Container | EphemeralContainer) => boolean,
): readonly string[] {
  const names: string[] = [];
  for (const container of containersOf(spec)) if (holds(container)) names.push(container.name);
  return names;
}

/** `"a", "b"`. */
export function joinQuoted(items: Iterable<string>): string {
  return [...items].map(item => `"${item}"`).join(', ');
}

/** The items without repetition, in byte order. */
export function sorted(items: Iterable<string>): readonly string[] {
  return [...new Set(items)].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

/** `container "a"`, `containers "a", "b"`. */
export function containersText(names: readonly string[]): string {
  return `${plural('container', names.length)} ${joinQuoted(names)}`;
}

/** The word with an s unless there is one of it. */
export function plural(word: string, count: number): string {
  return count === 1 ? word : `${word}s`;
}

/** `pod`, `containers "a", "b"`, or both: who set something forbidden. Empty when nobody did. */
export function settersText(isPod: boolean, names: readonly string[]): string {
  const setters: string[] = [];
  if (isPod) setters.push('pod');
  if (names.length > 0) setters.push(containersText(names));
  return setters.join(' and ');
}

/** Controls that only Linux has are not asked of Windows pods. */
export function unlessWindows(check: CheckPod): CheckPod {
  return (metadata, spec) => (spec.os?.name === 'windows' ? undefined : check(metadata, spec));
}

/** Controls that a user namespace makes harmless. */
export function unlessUserNamespace(check: CheckPod): CheckPod {
  return (metadata, spec) => (spec.hostUsers === false ? undefined : check(metadata, spec));
}
