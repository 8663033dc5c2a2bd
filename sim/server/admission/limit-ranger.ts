/**
 * Defaults and bounds of the resources of pods and claims, as the namespace's LimitRanges say.
 * @upstream plugin/pkg/admission/limitranger/admission.go
 */
import { compareText } from '../../api/go-text.js';
import {
  limitRanges,
  persistentVolumeClaims,
  pods,
  type Container,
  type LimitRange,
  type PersistentVolumeClaim,
  type Pod,
  type PodSpec,
} from '../../api/kinds/core.js';
import { aggregated } from '../../api/status.js';
import type { ServerAccess } from '../access.js';
import { amountsOf, type ResourceList } from '../../api/quota/amounts.js';
import { boundErrors, claimErrors } from './limits/limit-bounds.js';
import { isKind } from './shared/matching.js';
import { forbid, mutated, objectOf } from './shared/outcome.js';
import type { AdmissionAttributes, AdmissionPlugin } from './plugin.js';
import { podAmounts } from '../../api/quota/pod-amounts.js';

const annotation = 'kubernetes.io/limit-ranger';

/** The plug-in LimitRanger. */
export const limitRanger: AdmissionPlugin = {
  name: 'LimitRanger',
  handles(operation, resource, subresource) {
    if (operation !== 'CREATE' && operation !== 'UPDATE') return false;
    if (isKind(resource, pods)) return subresource === (operation === 'CREATE' ? '' : 'resize');
    return subresource === '' && isKind(resource, persistentVolumeClaims);
  },
  mutate(attributes, { access }) {
    if (!isKind(attributes.resource, pods)) return undefined;
    const ranges = rangesFor(attributes, access);
    if (ranges.length === 0) return undefined;
    const pod = objectOf<Pod>(attributes);
    const defaulted = ranges.reduce(withDefaults, pod);
    return defaulted === pod ? undefined : mutated(defaulted);
  },
  validate(attributes, { access }) {
    for (const range of rangesFor(attributes, access)) {
      const errors = isKind(attributes.resource, pods)
        ? podErrors(range, objectOf<Pod>(attributes))
        : claimErrors(range, objectOf<PersistentVolumeClaim>(attributes));
      if (errors.length > 0) return forbid(attributes, aggregated(errors));
    }
    return undefined;
  },
};

const none: readonly LimitRange[] = [];

function rangesFor(
  { namespace, oldObject }: AdmissionAttributes,
  access: ServerAccess,
): readonly LimitRange[] {
  if (oldObject?.metadata.deletionTimestamp !== undefined) return none;
  if (access.lastChange(limitRanges) === 0) return none;
  return access.list(limitRanges, namespace) as unknown as readonly LimitRange[];
}

/** What the range gives to containers that say nothing. */
function defaultsOf({ spec }: LimitRange) {
  const requests: Record<string, string> = {};
  const limits: Record<string, string> = {};
  for (const limit of spec?.limits ?? []) {
    if (limit.type !== 'Container') continue;
    Object.assign(requests, limit.defaultRequest);
    Object.assign(limits, limit.default);
  }
  return { requests, limits };
}

interface Filled {
  limits?: ResourceList;
  requests?: ResourceList;
}

function withDefaults(pod: Pod, range: LimitRange): Pod {
  const { spec } = pod;
  if (spec === undefined) return pod;
  const defaults = defaultsOf(range);
  const notes: string[] = [];
  const fill = (noun: string) => (container: Container) => {
    const { resources = {} } = container;
    const requests = missingIn(resources.requests, defaults.requests);
    const limits = missingIn(resources.limits, defaults.limits);
    if (requests.length > 0) {
      notes.push(`${requests.join(', ')} request for ${noun} ${container.name}`);
    }
    if (limits.length > 0) notes.push(`${limits.join(', ')} limit for ${noun} ${container.name}`);
    if (requests.length === 0 && limits.length === 0) return container;
    const filled: Filled = Object.assign({}, resources);
    if (limits.length > 0) filled.limits = Object.assign({}, defaults.limits, resources.limits);
    if (requests.length > 0) {
      filled.requests = Object.assign({}, defaults.requests, resources.requests);
    }
    return { ...container, resources: filled };
  };
  // A pod that is not valid may have none: Go then shows null.
  const given = spec.containers as readonly Container[] | null;
  const containers = (given ?? []).map(fill('container'));
  const initContainers = spec.initContainers?.map(fill('init container'));
  if (notes.length === 0) return pod;
  const { metadata } = pod;
  const note = `LimitRanger plugin set: ${notes.join('; ')}`;
  const filledSpec: PodSpec = { ...spec, ...(initContainers && { initContainers }), containers };
  return {
    ...pod,
    metadata: Object.assign({}, metadata, {
      annotations: Object.assign({}, metadata.annotations, { [annotation]: note }),
    }),
    spec: filledSpec,
  };
}

function missingIn(own: ResourceList | undefined, defaults: ResourceList): readonly string[] {
  const names = Object.keys(defaults).filter(name => own?.[name] === undefined);
  return names.sort(compareText);
}

function podErrors({ spec }: LimitRange, pod: Pod): readonly string[] {
  const errors: string[] = [];
  const { containers = [], initContainers = [] } = pod.spec ?? {};
  for (const limit of spec?.limits ?? []) {
    if (limit.type === 'Container') {
      for (const { resources } of [...containers, ...initContainers]) {
        const requests = amountsOf(resources?.requests);
        errors.push(...boundErrors(limit, requests, amountsOf(resources?.limits)));
      }
    }
    if (limit.type === 'Pod') {
      const options = { usesStatus: false, hasOverhead: false };
      const requests = podAmounts(pod, 'requests', options);
      errors.push(...boundErrors(limit, requests, podAmounts(pod, 'limits', options)));
    }
  }
  return errors;
}
