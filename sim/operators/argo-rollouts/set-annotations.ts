/** What a Rollout keeps in the annotations of its sets. @upstream argo-rollouts utils/annotations/annotations.go */
import { replicasOf } from './defaults.js';
import { keys } from './keys.js';
import type { Rollout } from './types.js';

type Annotations = Readonly<Record<string, string>>;

const notCopied: ReadonlySet<string> = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  keys.revision,
  keys.revisionHistory,
  keys.desiredReplicas,
  'notified.notifications.argoproj.io',
]);

/** The annotations of the new set; undefined where they are so already. @upstream SetNewReplicaSetAnnotations */
export function newSetAnnotations(
  rollout: Rollout,
  present: Annotations,
  { revision, isNew }: { readonly revision: number; readonly isNew: boolean },
): Annotations | undefined {
  const copied = Object.entries(rollout.metadata.annotations ?? {}).filter(
    ([key, value]) => !notCopied.has(key) && present[key] !== value,
  );
  const next: Record<string, string> = { ...present, ...Object.fromEntries(copied) };
  let hasChanged = copied.length > 0;
  const old = present[keys.revision] ?? '';
  if (old !== '' && !/^\d+$/.test(old)) return undefined;
  if (Number(old) < revision) {
    next[keys.revision] = String(revision);
    hasChanged = true;
  }
  if (present[keys.revision] !== undefined && hasChanged) {
    const history = present[keys.revisionHistory] ?? '';
    next[keys.revisionHistory] = history === '' ? old : `${history},${old}`;
  }
  const desired = String(replicasOf(rollout));
  if (isNew && next[keys.desiredReplicas] !== desired) {
    next[keys.desiredReplicas] = desired;
    hasChanged = true;
  }
  return hasChanged ? next : undefined;
}
