/** The template of a workload that a Rollout refers to. @upstream argo-rollouts rollout/templateref.go */
import { deployments, replicaSets } from '../../api/kinds/apps.js';
import { podTemplates, type PodTemplateSpec } from '../../api/kinds/core.js';
import type { LabelSelector } from '../../api/kinds/meta.js';
import type { HasMetadata } from '../../api/object.js';
import type { View } from '../../client/contract.js';
import { keys } from './keys.js';
import type { Rollout } from './types.js';

/** Templates and selectors of workloads: they are never written into a Rollout. */
const borrowed = new WeakSet<object>();

/** The Rollout with the template that it refers to, or why there is none. */
export function resolved(rollout: Rollout, view: View): Rollout | { readonly problem: string } {
  const { workloadRef, template } = rollout.spec;
  if (workloadRef === undefined) return withoutGeneration(rollout);
  const { labels = {}, annotations = {} } = template?.metadata ?? {};
  if (Object.keys(labels).length > 0 || Object.keys(annotations).length > 0) {
    return { problem: 'template must be empty for workload reference rollout' };
  }
  const found = workloadOf(rollout, view);
  if ('problem' in found) return found;
  const { selector } = rollout.spec;
  const given = selector ?? found.selector;
  const metadata = {
    ...rollout.metadata,
    annotations: { ...rollout.metadata.annotations, [keys.workloadGeneration]: found.generation },
  };
  const spec = {
    ...rollout.spec,
    ...(found.template !== undefined && { template: found.template }),
    ...(given !== undefined && { selector: given }),
  };
  return { ...rollout, metadata, spec };
}

/** The Rollout as it is to be written: without what it was given. */
export function asWritten(rollout: Rollout): Rollout {
  const { template, selector, ...spec } = rollout.spec;
  if (spec.workloadRef === undefined) return rollout;
  return {
    ...rollout,
    spec: {
      ...spec,
      ...(selector !== undefined && !borrowed.has(selector) && { selector }),
      ...(template !== undefined && !borrowed.has(template) && { template }),
    },
  };
}

/** A Rollout that was written, with what the one before was given. */
export function withTemplateOf(before: Rollout, written: Rollout): Rollout {
  const { template, selector, workloadRef } = before.spec;
  if (workloadRef === undefined) return written;
  return {
    ...written,
    spec: {
      ...written.spec,
      ...(template !== undefined && { template }),
      ...(selector !== undefined && { selector }),
    },
  };
}

/** Whether its template is another's. */
export function isResolved({ spec }: Rollout): boolean {
  return spec.template !== undefined && borrowed.has(spec.template);
}

function withoutGeneration(rollout: Rollout): Rollout {
  const { [keys.workloadGeneration]: had, ...annotations } = rollout.metadata.annotations ?? {};
  if (had === undefined) return rollout;
  return { ...rollout, metadata: { ...rollout.metadata, annotations } };
}

type Workload =
  | {
      readonly template: PodTemplateSpec | undefined;
      readonly selector: LabelSelector | undefined;
      readonly generation: string;
    }
  | { readonly problem: string };

function workloadOf({ metadata, spec }: Rollout, view: View): Workload {
  const { apiVersion = '', kind = '', name = '' } = spec.workloadRef ?? {};
  const { namespace = '' } = metadata;
  const slash = apiVersion.indexOf('/');
  const group = slash < 0 ? '' : apiVersion.slice(0, slash);
  const generationOf = (object: HasMetadata) => String(object.metadata.generation ?? 0);
  if (group === '' && kind === 'PodTemplate') {
    const found = view.get(podTemplates, namespace, name);
    if (found === undefined) {
      return { problem: `podtemplates "${namespace}/${name}" not found` };
    }
    return given(found.template, undefined, generationOf(found));
  }
  const workloads = { Deployment: deployments, ReplicaSet: replicaSets } as const;
  if (group !== 'apps' || (kind !== 'Deployment' && kind !== 'ReplicaSet')) {
    return { problem: `workload of type ${group}/${kind} is not supported` };
  }
  const found = view.get(workloads[kind] as typeof deployments, namespace, name);
  if (found === undefined) {
    return { problem: `${workloads[kind].resource}.${group} "${namespace}/${name}" not found` };
  }
  return given(found.spec?.template, found.spec?.selector, generationOf(found));
}

function given(
  template: PodTemplateSpec | undefined,
  selector: LabelSelector | undefined,
  generation: string,
): Workload {
  if (template !== undefined) borrowed.add(template);
  if (selector !== undefined) borrowed.add(selector);
  return { template, selector, generation };
}
