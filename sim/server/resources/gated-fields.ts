/** Fields that a server without their feature gate drops. @upstream pkg/api/pod/util.go dropDisabledFields */
import type { KubeObject } from '../../api/object.js';
import type { Strategy, StrategyContext } from './strategy.js';

/** Where kinds have the spec of a pod. */
const podSpecs: Readonly<Record<string, readonly string[]>> = {
  pods: ['spec'],
  podtemplates: ['template', 'spec'],
  replicationcontrollers: ['spec', 'template', 'spec'],
  replicasets: ['spec', 'template', 'spec'],
  deployments: ['spec', 'template', 'spec'],
  statefulsets: ['spec', 'template', 'spec'],
  daemonsets: ['spec', 'template', 'spec'],
  jobs: ['spec', 'template', 'spec'],
  cronjobs: ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
};

const field = 'schedulingGroup';

/** The strategy that drops them from what is written, unless they were there before. */
export function withGatedFields(strategy: Strategy): Strategy {
  const path = podSpecs[strategy.kind.resource];
  if (path === undefined || strategy.storedAs !== undefined) return strategy;
  const dropped = (object: KubeObject, { settings }: StrategyContext, old?: KubeObject) => {
    if (settings.featureGates['GenericWorkload'] === true) return object;
    if (!hasField(object, path) || (old !== undefined && hasField(old, path))) return object;
    return without(object, path) as KubeObject;
  };
  return {
    ...strategy,
    prepareForCreate: (object, context) => {
      const kept = dropped(object, context);
      return strategy.prepareForCreate?.(kept, context) ?? kept;
    },
    prepareForUpdate: (object, old, context) => {
      const kept = dropped(object, context, old);
      return strategy.prepareForUpdate?.(kept, old, context) ?? kept;
    },
  };
}

type Fields = Readonly<Record<string, unknown>>;

function hasField(object: object, path: readonly string[]): boolean {
  let at: unknown = object;
  for (const name of path) at = (at as Fields | null | undefined)?.[name];
  return ((at as Fields | null | undefined)?.[field] ?? undefined) !== undefined;
}

function without(object: unknown, path: readonly string[]): unknown {
  const [name, ...rest] = path;
  const fields = object as Fields;
  if (name !== undefined) return { ...fields, [name]: without(fields[name], rest) };
  const { [field]: _dropped, ...kept } = fields;
  return kept;
}
