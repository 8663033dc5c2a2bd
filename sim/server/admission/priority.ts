/**
 * Gives pods the priority of their class, and allows one default class.
 * @upstream plugin/pkg/admission/priority/admission.go
 */
import { pods, type Pod, type PodSpec } from '../../api/kinds/core.js';
import { priorityClasses, type PriorityClass } from '../../api/kinds/scheduling.js';
import type { ServerAccess } from '../access.js';
import { remembered } from '../remembered.js';
import { handling, isKind } from './shared/matching.js';
import { forbid, mutated, objectOf, oldObjectOf } from './shared/outcome.js';
import type { AdmissionAttributes, AdmissionOutcome, AdmissionPlugin } from './plugin.js';

/** The plug-in Priority. */
export const priority: AdmissionPlugin = {
  name: 'Priority',
  handles: handling([pods, priorityClasses], ['CREATE', 'UPDATE']),
  mutate(attributes, { access }) {
    if (!isKind(attributes.resource, pods)) return undefined;
    return attributes.operation === 'CREATE'
      ? withPriority(attributes, access)
      : keepPriority(attributes);
  },
  validate(attributes, { access }) {
    if (!isKind(attributes.resource, priorityClasses)) return undefined;
    const priorityClass = objectOf<PriorityClass>(attributes);
    if (priorityClass.globalDefault !== true) return undefined;
    const other = defaultClass(access)?.metadata.name;
    if (other === undefined) return undefined;
    const isSame = attributes.operation === 'UPDATE' && other === priorityClass.metadata.name;
    if (isSame) return undefined;
    const text = `PriorityClass ${other} is already marked as default. Only one default can exist`;
    return forbid(attributes, text);
  },
};

/** What a class gives to a pod. */
interface Given {
  readonly priorityClassName?: string;
  readonly priority: number;
  readonly preemptionPolicy?: string;
}

function withPriority(attributes: AdmissionAttributes, access: ServerAccess): AdmissionOutcome {
  const pod = objectOf<Pod>(attributes);
  const { spec } = pod;
  if (spec === undefined) return undefined;
  const given = givenTo(spec, access);
  if (given === undefined) {
    return forbid(attributes, `no PriorityClass with name ${spec.priorityClassName} was found`);
  }
  const computed = 'must not be provided in pod spec; priority admission controller computed';
  const from = 'from the given PriorityClass name';
  if (spec.priority !== undefined && spec.priority !== given.priority) {
    const text = `the integer value of priority (${spec.priority}) ${computed} ${given.priority} ${from}`;
    return forbid(attributes, text);
  }
  const policy = given.preemptionPolicy;
  const isOther = spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== policy;
  if (policy !== undefined && isOther) {
    const asked = `the string value of PreemptionPolicy (${spec.preemptionPolicy})`;
    return forbid(attributes, `${asked} ${computed} ${policy} ${from}`);
  }
  return mutated({ ...pod, spec: Object.assign({}, spec, given) });
}

function givenTo(spec: PodSpec, access: ServerAccess): Given | undefined {
  const name = spec.priorityClassName;
  const chosen = name
    ? (access.get(priorityClasses, '', name) as unknown as PriorityClass | undefined)
    : defaultClass(access);
  if (chosen === undefined) {
    return name ? undefined : { priority: 0, preemptionPolicy: 'PreemptLowerPriority' };
  }
  const { preemptionPolicy } = chosen;
  return {
    priorityClassName: chosen.metadata.name ?? '',
    priority: chosen.value ?? 0,
    ...(preemptionPolicy !== undefined && { preemptionPolicy }),
  };
}

/** Of several (a race) the one with the lowest value. */
const defaultClass = remembered([priorityClasses], access => {
  let found: PriorityClass | undefined;
  for (const stored of access.list(priorityClasses)) {
    const one = stored as unknown as PriorityClass;
    if (one.globalDefault !== true) continue;
    if (found === undefined || (found.value ?? 0) > (one.value ?? 0)) found = one;
  }
  return found;
});

/** An update that leaves them out does not take them away. */
function keepPriority(attributes: AdmissionAttributes): AdmissionOutcome {
  const pod = objectOf<Pod>(attributes);
  const old = oldObjectOf<Pod>(attributes).spec;
  const { spec } = pod;
  if (spec === undefined || old === undefined) return undefined;
  const kept = {
    ...(spec.priority === undefined && old.priority !== undefined && { priority: old.priority }),
    ...(spec.preemptionPolicy === undefined &&
      old.preemptionPolicy !== undefined && { preemptionPolicy: old.preemptionPolicy }),
  };
  if (Object.keys(kept).length === 0) return undefined;
  return mutated({ ...pod, spec: { ...spec, ...kept } });
}
