/** Hashes of templates in the names of what is made from them: of a template that is rewritten it is another. */
import type { KubeObject } from '../../../sim/api/object.js';
import type { PodTemplateSpec } from '../../../sim/api/kinds/core.js';
import { controllerRevisionHash, podTemplateHash } from '../../../sim/api/pod-template-hash.js';
import type { Anonymiser } from './anonymiser.js';
import { rewriteObject } from './objects.js';

/** More collisions than these in a row nobody has. */
const collisionsMax = 3;
const hashLabel = 'pod-template-hash';

interface Owned {
  readonly hash: string;
  /** The hash of its template, after so many collisions. */
  hashOf(object: KubeObject, collisions: number | undefined): string;
}

/** Learns what stands for the hash of an object's template; the words of all objects are known by then. */
export function learnHash(object: KubeObject, own: Anonymiser): void {
  const owned = ownedOf(object);
  if (owned === undefined) return;
  const tries = [undefined, ...Array.from({ length: collisionsMax + 1 }, (_, index) => index)];
  const collisions = tries.find(each => owned.hashOf(object, each) === owned.hash);
  // Of another version, or not whole: then its name tells nothing of its template.
  if (collisions === undefined && owned.hashOf(object, undefined) !== owned.hash) return;
  own.vocabulary.translate(owned.hash, owned.hashOf(rewriteObject(object, own), collisions));
}

function ownedOf({ kind, metadata, ...object }: KubeObject): Owned | undefined {
  const { labels = {}, name = '', ownerReferences = [] } = metadata;
  if (kind === 'ReplicaSet') {
    const hash = labels[hashLabel];
    if (hash === undefined) return undefined;
    return { hash, hashOf: (each, collisions) => podTemplateHash(templateOf(each), collisions) };
  }
  if (kind !== 'ControllerRevision' || object['data'] === undefined) return undefined;
  const hash = name.slice(name.lastIndexOf('-') + 1);
  const isDaemon = ownerReferences.some(owner => owner.kind === 'DaemonSet');
  return {
    hash,
    hashOf: (each, collisions) =>
      isDaemon
        ? podTemplateHash(templateIn(each['data']), collisions)
        : controllerRevisionHash(each['data'] as object, collisions),
  };
}

/** A ReplicaSet's, without the label that the hash was made into. */
function templateOf(object: KubeObject): PodTemplateSpec {
  const { template = {} } = object['spec'] as { readonly template?: PodTemplateSpec };
  const { [hashLabel]: _hash, ...labels } = template.metadata?.labels ?? {};
  return { ...template, metadata: { ...template.metadata, labels } };
}

function templateIn(data: unknown): PodTemplateSpec {
  const { spec } = data as { readonly spec?: { readonly template?: PodTemplateSpec } };
  const { $patch: _patch, ...template } = { ...spec?.template } as PodTemplateSpec & {
    readonly $patch?: string;
  };
  return template;
}
