/**
 * Pods of a runtime class get its overhead, node selector and tolerations.
 * @upstream plugin/pkg/admission/runtimeclass/admission.go
 */
import { wasSentEmpty } from '../../api/go-struct.js';
import { goQuote } from '../../api/go-text.js';
import { pods, type Pod, type Toleration } from '../../api/kinds/core.js';
import { runtimeClasses, type RuntimeClass } from '../../api/kinds/node.js';
import { compareQuantities } from '../../api/quantity.js';
import type { ServerAccess } from '../access.js';
import { handling } from './shared/matching.js';
import { forbid, mutated, objectOf } from './shared/outcome.js';
import type { AdmissionAttributes, AdmissionOutcome, AdmissionPlugin } from './plugin.js';

type Quantities = Readonly<Record<string, string>>;

/** The plug-in RuntimeClass. */
export const runtimeClass: AdmissionPlugin = {
  name: 'RuntimeClass',
  handles: handling(pods, ['CREATE']),
  mutate(attributes, { access }) {
    const pod = objectOf<Pod>(attributes);
    if (pod.spec?.runtimeClassName === undefined) return undefined;
    const found = classOf(pod, access);
    return found === undefined ? missing(attributes, pod) : withClass(attributes, pod, found);
  },
  validate(attributes, { access }) {
    const pod = objectOf<Pod>(attributes);
    // Go's `!= nil` sees an empty one too.
    const overhead = pod.spec?.overhead ?? (wasSentEmpty(pod.spec, 'overhead') ? {} : undefined);
    if (pod.spec?.runtimeClassName === undefined && overhead === undefined) return undefined;
    const found = pod.spec?.runtimeClassName === undefined ? undefined : classOf(pod, access);
    if (pod.spec?.runtimeClassName !== undefined && found === undefined) {
      return missing(attributes, pod);
    }
    if (found?.overhead !== undefined) {
      const fixed = found.overhead.podFixed ?? {};
      return isEqual(fixed, overhead ?? {}) ? undefined : forbid(attributes, otherOverhead);
    }
    if (overhead === undefined) return undefined;
    const text =
      'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead';
    return forbid(attributes, text);
  },
};

const otherOverhead = "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead";

function classOf(pod: Pod, access: ServerAccess): RuntimeClass | undefined {
  const name = pod.spec?.runtimeClassName ?? '';
  return access.get(runtimeClasses, '', name) as unknown as RuntimeClass | undefined;
}

function missing(attributes: AdmissionAttributes, pod: Pod): AdmissionOutcome {
  const name = goQuote(pod.spec?.runtimeClassName ?? '');
  return forbid(attributes, `pod rejected: RuntimeClass ${name} not found`);
}

function withClass(
  attributes: AdmissionAttributes,
  pod: Pod,
  { overhead, scheduling }: RuntimeClass,
): AdmissionOutcome {
  const { spec } = pod;
  if (spec === undefined || (overhead === undefined && scheduling === undefined)) return undefined;
  const fixed = overhead?.podFixed;
  const given = spec.overhead ?? {};
  if (overhead !== undefined && Object.keys(given).length > 0 && !isEqual(fixed ?? {}, given)) {
    return forbid(attributes, otherOverhead);
  }
  const wanted = scheduling?.nodeSelector ?? {};
  for (const [key, value] of Object.entries(wanted)) {
    const own = spec.nodeSelector?.[key];
    if (own === undefined || own === value) continue;
    const ofClass = `runtimeClass.scheduling.nodeSelector[${key}] = ${value}`;
    return forbid(attributes, `conflict: ${ofClass}; pod.spec.nodeSelector[${key}] = ${own}`);
  }
  const hasSelector = Object.keys(wanted).length > 0;
  const tolerations = merged(spec.tolerations ?? [], scheduling?.tolerations ?? []);
  return mutated({
    ...pod,
    spec: {
      ...spec,
      ...(fixed !== undefined && { overhead: fixed }),
      ...(hasSelector && { nodeSelector: { ...spec.nodeSelector, ...wanted } }),
      ...(tolerations.length > 0 && { tolerations }),
    },
  });
}

function isEqual(a: Quantities, b: Quantities): boolean {
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every(key => b[key] !== undefined && compareQuantities(a[key], b[key]) === 0);
}

/**
 * The first tolerations, then those of the second that none of the others covers.
 * @upstream pkg/util/tolerations/tolerations.go MergeTolerations
 */
function merged(first: readonly Toleration[], second: readonly Toleration[]) {
  const all = [...first, ...second];
  const kept: Toleration[] = [];
  all.forEach((toleration, index) => {
    if (kept.some(one => isSuperset(one, toleration))) return;
    if (all.slice(index + 1).some(one => isSuperset(one, toleration))) return;
    kept.push(toleration);
  });
  return kept;
}

/** @upstream isSuperset: whether `wide` tolerates whatever `narrow` does, for as long. */
function isSuperset(wide: Toleration, narrow: Toleration): boolean {
  const { key = '', effect = '', operator = 'Equal', value = '', tolerationSeconds } = wide;
  if (key !== (narrow.key ?? '') && !(key === '' && operator === 'Exists')) return false;
  if (effect !== '' && effect !== (narrow.effect ?? '')) return false;
  const isTimed = effect === 'NoExecute' && tolerationSeconds !== undefined;
  if (isTimed) {
    const seconds = narrow.tolerationSeconds;
    if (seconds === undefined || seconds > tolerationSeconds) return false;
  }
  if (operator === 'Exists') return true;
  return (narrow.operator ?? 'Equal') === 'Equal' && value === (narrow.value ?? '');
}
