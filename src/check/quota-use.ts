/** What the pods of a template count for in a quota. */
import type { Pod } from '../../sim/api/kinds/core.js';
import type { KubeObject } from '../../sim/api/object.js';
import type { Quantity } from '../../sim/api/quantity.js';
import { podMeasure } from '../../sim/api/quota/pods.js';
import type { PodTemplate } from './pod-template.js';

/** The use of a workload. */
export interface Use {
  readonly title: string;
  /** By the quota's names: `pods`, `requests.cpu`, `requests.nvidia.com/gpu`. */
  readonly amounts: ReadonlyMap<string, Quantity>;
}

/** The use of so many pods of a template. */
export function podUse({ owner, spec, namespace }: PodTemplate, count: number): Use {
  const pod: Pod = { metadata: { namespace, name: 'pod' }, spec: withDefaultRequests(spec) };
  // The measure takes any object, and this one is a pod.
  const one = podMeasure.usage(pod as unknown as KubeObject, 0);
  const amounts = new Map(
    [...one].map(([name, amount]) => [name, amount.multiply(count)] as const),
  );
  return { title: owner.title, amounts };
}

/** A limit without a request is the request too. @upstream pkg/apis/core/v1/defaults.go */
function withDefaultRequests(spec: PodTemplate['spec']): PodTemplate['spec'] {
  return {
    ...spec,
    containers: spec.containers.map(({ resources, ...container }) => ({
      ...container,
      ...(resources !== undefined && {
        resources: { ...resources, requests: { ...resources.limits, ...resources.requests } },
      }),
    })),
  };
}
