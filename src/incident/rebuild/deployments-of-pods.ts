/** Deployments that no source shows, rebuilt from a pod or a ReplicaSet of theirs. */
import type { KubeObject } from '../../../sim/api/object.js';
import type { Guess } from './guesses.js';
import { placeOf, titleOf, type KnownObject } from './known.js';

const hashLabel = 'pod-template-hash';

/** The Deployments that must have been there: of pods whose owner is a ReplicaSet with a hash in its name. */
export function deploymentsOfPods(
  known: readonly KnownObject[],
  chosen: readonly KubeObject[],
  /** Objects that somebody made later, as the survey of the writes names them. */
  made: ReadonlyMap<string, number>,
): Guess[] {
  const there = new Set(chosen.map(titleOf));
  const guesses = new Map<string, Guess>();
  for (const { newest } of known) {
    const { object } = newest;
    if (object.kind !== 'Pod') continue;
    const { namespace = '', labels = {}, ownerReferences } = object.metadata;
    const set = ownerReferences?.find(
      ({ kind, controller }) => kind === 'ReplicaSet' && controller,
    );
    const hash = labels[hashLabel];
    if (set === undefined || hash === undefined || !set.name.endsWith(`-${hash}`)) continue;
    if (there.has(`ReplicaSet ${namespace}/${set.name}`)) continue;
    const name = set.name.slice(0, -hash.length - 1);
    const title = `Deployment ${namespace}/${name}`;
    if (there.has(title) || guesses.has(title)) continue;
    if (made.has(`deployments.apps ${namespace}/${name}`)) continue;
    const { [hashLabel]: _hash, ...own } = labels;
    const { nodeName: _node, ...spec } = (object['spec'] ?? {}) as Readonly<
      Record<string, unknown>
    >;
    guesses.set(title, {
      object: {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name, namespace, labels: own },
        spec: { selector: { matchLabels: own }, template: { metadata: { labels: own }, spec } },
      },
      why: `rebuilt from one of its pods (${placeOf(newest)})`,
    });
  }
  return [...guesses.values()];
}
