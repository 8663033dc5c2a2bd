/** Everything that the static pass knows: the input's objects, the pods they make, the cluster, the server's word. */
import type { Node } from '../../sim/api/kinds/core.js';
import type { HasMetadata, Kind, KubeObject } from '../../sim/api/object.js';
import type { Labels } from '../../sim/api/selectors.js';
import { entryOf, isOfKind, type Entry } from './entry.js';
import type { CheckInput } from './input.js';
import { podLabelsOf } from './pod-labels.js';
import { templatesOf, type PodTemplate } from './pod-template.js';
import { tryOnServer, type Trial } from './trial.js';

/** What rules look at. */
export interface Survey extends Omit<CheckInput, 'manifests'> {
  readonly entries: readonly Entry[];
  readonly templates: readonly PodTemplate[];
  /** The objects of the cluster for which the manifests are meant; empty when none was named. */
  readonly cluster: readonly KubeObject[];
  /** The nodes of that cluster; empty: nothing can be said about them. */
  readonly nodes: readonly Node[];
  readonly trial: Trial;
  /** The input's objects of a built-in kind, with its type. */
  of<T extends HasMetadata>(kind: Kind<T>): readonly Entry<T>[];
  /** The input's objects of a kind by its words, for custom kinds. */
  ofKind(group: string, kind: string): readonly Entry[];
  /** The templates whose pods would be in a namespace. */
  templatesIn(namespace: string): readonly PodTemplate[];
  /** The labels of those pods, with what controllers and operators add to them. */
  podLabelsIn(namespace: string): readonly Labels[];
  /** The labels of a namespace, as far as input or cluster tell them. */
  namespaceLabels(namespace: string): Labels;
  /** Whether the namespace is of the input or the cluster, so that all its labels are known. */
  isNamespaceKnown(namespace: string): boolean;
}

/** Looks at the input once, so that rules need not. */
export function surveyOf(input: CheckInput, cluster: readonly KubeObject[] = []): Survey {
  const entries = input.manifests.map(entryOf);
  const templates = entries.flatMap(templatesOf);
  const byKind = grouped(entries, ({ group, kind }) => `${group} ${kind}`);
  const byNamespace = grouped(templates, ({ namespace }) => namespace);
  const byOwner = grouped(templates, ({ owner }) => owner);
  const podLabels = new Map<string, Labels[]>();
  for (const entry of entries) {
    const own = podLabelsOf(entry, byOwner.get(entry) ?? []);
    const all = podLabels.get(entry.namespace);
    if (all === undefined) podLabels.set(entry.namespace, [...own]);
    else all.push(...own);
  }
  const labels = new Map<string, Labels>();
  const known = [...cluster, ...input.manifests.map(({ object }) => object)];
  for (const { kind, apiVersion, metadata } of known) {
    if (kind !== 'Namespace' || apiVersion !== 'v1') continue;
    const { name = '' } = metadata;
    labels.set(name, { 'kubernetes.io/metadata.name': name, ...metadata.labels });
  }
  return {
    unread: input.unread,
    notes: input.notes,
    entries,
    templates,
    cluster,
    nodes: cluster.filter(isNode),
    trial: tryOnServer(entries, templates),
    of: <T extends HasMetadata>(kind: Kind<T>) =>
      (byKind.get(`${kind.group} ${kind.kind}`) ?? []).filter(
        // A cast: the decoder gave each of them the kind's type.
        (entry): entry is Entry & Entry<T> => isOfKind(entry, kind),
      ) as unknown as readonly Entry<T>[],
    ofKind: (group, kind) =>
      (byKind.get(`${group} ${kind}`) ?? []).filter(({ isBroken }) => !isBroken),
    templatesIn: namespace => byNamespace.get(namespace) ?? [],
    podLabelsIn: namespace => podLabels.get(namespace) ?? [],
    namespaceLabels: namespace =>
      labels.get(namespace) ?? { 'kubernetes.io/metadata.name': namespace },
    isNamespaceKnown: namespace => labels.has(namespace),
  };
}

/** A snapshot's nodes have been checked as it was read. */
function isNode(object: KubeObject): object is KubeObject & Node {
  return object.kind === 'Node' && object.apiVersion === 'v1';
}

/** The items by what they have in common, in order. */
export function grouped<T, K = string>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
