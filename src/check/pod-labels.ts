/** Labels that pods get besides those of their templates: of controllers and of operators. */
import type { KubeObject } from '../../sim/api/object.js';
import type { Labels } from '../../sim/api/selectors.js';
import { operators } from '../../sim/operators/index.js';
import { operatorsFor } from '../backends/operators-for.js';
import type { Entry } from './entry.js';
import type { PodTemplate } from './pod-template.js';

/** Pods beyond are not told apart: nobody selects them one by one. */
const podsMax = 32;

/** The labels of all pods that an object makes, as far as they are known before they are made. */
export function podLabelsOf(entry: Entry, templates: readonly PodTemplate[]): readonly Labels[] {
  const added = entry.isBroken ? [] : addedLabels(entry);
  const given = templates.map(({ labels }) => labels);
  if (added.length === 0 || given.length === 0) return [...added, ...given];
  return given.flatMap(labels => added.map(more => ({ ...labels, ...more })));
}

function addedLabels(entry: Entry): readonly Labels[] {
  if (entry.isBuiltIn) return builtIn[entry.kind]?.(entry.object) ?? [];
  return [...new Set(operatorsFor([entry]))].flatMap(
    name => operators[name]?.podLabels?.(entry.object) ?? [],
  );
}

const builtIn: Readonly<Record<string, (object: KubeObject) => readonly Labels[]>> = {
  Job: ({ metadata }) => {
    const { name = '' } = metadata;
    return [{ 'batch.kubernetes.io/job-name': name, 'job-name': name }];
  },
  StatefulSet: ({ metadata, spec }) => {
    const { replicas = 1 } = (spec ?? {}) as { readonly replicas?: number };
    return Array.from({ length: Math.min(replicas, podsMax) }, (_, index) => ({
      'statefulset.kubernetes.io/pod-name': `${metadata.name ?? ''}-${index}`,
      'apps.kubernetes.io/pod-index': String(index),
    }));
  },
};
