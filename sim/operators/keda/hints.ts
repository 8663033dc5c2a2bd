/** What users of KEDA's kinds should know of theirs before they run. */
import type { KubeObject } from '../../api/object.js';
import { isKnown, isSimulated } from './scalers/index.js';
import type { ScaledJob, ScaledObject, TriggerAuthentication, Trigger } from './types.js';

/** Of one object. */
export function kedaHints(object: KubeObject): readonly string[] {
  if (object.apiVersion?.startsWith('keda.sh/') !== true) return [];
  switch (object.kind) {
    case 'ScaledObject': {
      const { triggers = [], advanced } = (object as unknown as Partial<ScaledObject>).spec ?? {};
      const formula = advanced?.scalingModifiers?.formula;
      return [
        ...triggers.flatMap(triggerHints),
        ...(formula === undefined
          ? []
          : ['scalingModifiers are not simulated: the ScaledObject will not become ready']),
      ];
    }
    case 'ScaledJob': {
      const { triggers = [] } = (object as unknown as Partial<ScaledJob>).spec ?? {};
      return triggers.flatMap(triggerHints);
    }
    case 'TriggerAuthentication':
    case 'ClusterTriggerAuthentication':
      return authenticationHints(object as unknown as Partial<TriggerAuthentication>);
    default:
      return [];
  }
}

function triggerHints({ type }: Trigger, index: number): readonly string[] {
  if (isSimulated(type)) return [];
  const place = `spec.triggers[${index}]`;
  return isKnown(type)
    ? [`${place}: the scaler ${type} is not simulated: no server answers it, and it fails`]
    : [`${place}: KEDA has no scaler of the type ${type}`];
}

const simulatedSources = new Set(['secretTargetRef', 'configMapTargetRef']);

function authenticationHints({ spec = {} }: Partial<TriggerAuthentication>): readonly string[] {
  return Object.keys(spec)
    .filter(source => !simulatedSources.has(source))
    .map(source => `spec.${source} is not simulated: its parameters stay empty`);
}
