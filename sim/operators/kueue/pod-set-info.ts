/** What the pods of a set get when they are admitted. @upstream kueue v0.19.2 pkg/podset/podset.go */
import { deepEqual } from '../../api/equality.js';
import type { PodTemplateSpec, Toleration } from '../../api/kinds/core.js';
import { dns1123LabelErrors } from '../../api/labels.js';
import { keys } from './keys.js';
import type { PodSet, ResourceFlavor, Workload } from './types.js';

type Texts = Readonly<Record<string, string>>;

/** What is added to a template. */
export interface PodSetInfo {
  readonly name: string;
  readonly count: number;
  readonly labels: Texts;
  readonly annotations: Texts;
  readonly nodeSelector: Texts;
  readonly tolerations: readonly Toleration[];
}

/** What an admitted workload's sets get; undefined: a flavour has gone. */
export function infosOf(
  workload: Workload,
  flavorOf: (name: string) => ResourceFlavor | undefined,
): readonly PodSetInfo[] | undefined {
  const { admission } = workload.status ?? {};
  const infos: PodSetInfo[] = [];
  for (const { name, count, flavors = {} } of admission?.podSetAssignments ?? []) {
    let nodeSelector: Texts = {};
    const tolerations: Toleration[] = [];
    for (const flavor of new Set(Object.values(flavors))) {
      const found = flavorOf(flavor);
      if (found === undefined) return undefined;
      nodeSelector = { ...nodeSelector, ...found.spec?.nodeLabels };
      tolerations.push(...(found.spec?.tolerations ?? []));
    }
    const set = workload.spec.podSets.find(one => one.name === name);
    infos.push({
      ...{ name, nodeSelector, tolerations },
      count: count ?? set?.count ?? 0,
      labels: labelsFor(workload, name, admission?.clusterQueue ?? ''),
      annotations: { [keys.workload]: workload.metadata.name ?? '' },
    });
  }
  return infos;
}

function labelsFor(workload: Workload, set: string, queue: string): Texts {
  return {
    [keys.podSet]: set,
    [keys.localQueue]: workload.spec.queueName ?? '',
    ...(dns1123LabelErrors(queue).length === 0 && { [keys.clusterQueue]: queue }),
  };
}

/** The template with what its pods get, or a text on what contradicts it. */
export function merged(template: PodTemplateSpec, info: PodSetInfo): PodTemplateSpec | string {
  const { metadata = {}, spec } = template;
  const conflict =
    conflictOf('annotations', metadata.annotations, info.annotations) ??
    conflictOf('labels', metadata.labels, info.labels) ??
    conflictOf('nodeSelector', spec?.nodeSelector, info.nodeSelector);
  if (conflict !== undefined) return conflict;
  const tolerations = [...(spec?.tolerations ?? [])];
  for (const toleration of info.tolerations) {
    if (!tolerations.some(one => deepEqual(one, toleration))) tolerations.push(toleration);
  }
  return withParts(template, {
    annotations: { ...metadata.annotations, ...info.annotations },
    labels: { ...metadata.labels, ...info.labels },
    nodeSelector: { ...spec?.nodeSelector, ...info.nodeSelector },
    tolerations,
  });
}

function conflictOf(what: string, have: Texts = {}, wanted: Texts): string | undefined {
  for (const [key, value] of Object.entries(wanted)) {
    const old = have[key];
    if (old === undefined || old === value) continue;
    const why = `conflict for key=${key}, value1=${old}, value2=${value}`;
    return `invalid admission check PodSetUpdate: conflict for ${what}: ${why}`;
  }
  return undefined;
}

/** The template as the workload has it: without what the admission had added. */
export function restored(
  template: PodTemplateSpec,
  set: PodSet,
  keptLabels: Texts = {},
): PodTemplateSpec {
  const { metadata, spec } = set.template;
  return withParts(template, {
    annotations: metadata?.annotations ?? {},
    labels: { ...metadata?.labels, ...keptLabels },
    nodeSelector: spec?.nodeSelector ?? {},
    tolerations: spec?.tolerations ?? [],
  });
}

interface Parts {
  readonly annotations: Texts;
  readonly labels: Texts;
  readonly nodeSelector: Texts;
  readonly tolerations: readonly Toleration[];
}

/** Empty parts are left out, as Go leaves them out. */
function withParts({ metadata, spec, ...rest }: PodTemplateSpec, parts: Parts): PodTemplateSpec {
  const { annotations: _a, labels: _l, ...otherMetadata } = metadata ?? {};
  const { nodeSelector: _n, tolerations: _t, ...otherSpec } = spec ?? { containers: [] };
  const { annotations, labels, nodeSelector, tolerations } = parts;
  return {
    ...rest,
    metadata: {
      ...otherMetadata,
      ...(Object.keys(annotations).length > 0 && { annotations }),
      ...(Object.keys(labels).length > 0 && { labels }),
    },
    spec: {
      ...otherSpec,
      ...(Object.keys(nodeSelector).length > 0 && { nodeSelector }),
      ...(tolerations.length > 0 && { tolerations }),
    },
  };
}

/** Whether the job's pods are those of the workload. @upstream ComparePodSetSlices */
export function arePodSetsAlike(
  one: readonly PodSet[],
  other: readonly PodSet[],
  how: { readonly ignoresTolerations: boolean; readonly ignoresCounts: boolean },
): boolean {
  return (
    one.length === other.length &&
    one.every((set, index) => {
      const its = other[index];
      if (its === undefined || set.minCount !== its.minCount) return false;
      if (!how.ignoresCounts && set.count !== its.count) return false;
      const [a, b] = [set.template.spec, its.template.spec];
      return (
        (how.ignoresTolerations || deepEqual(a?.tolerations ?? [], b?.tolerations ?? [])) &&
        deepEqual(a?.initContainers ?? [], b?.initContainers ?? []) &&
        deepEqual(a?.containers ?? [], b?.containers ?? [])
      );
    })
  );
}
