/** The defaults that only pods have, not their templates. @upstream pkg/apis/core/v1/defaults.go */
import type { Container, Pod, PodSpec } from '../../../api/kinds/core.js';
import { eachItem, fill, within } from './fill.js';
import { podLevelDefaults } from './pod-level-resources.js';
import { podSpecDefaults } from './pod-spec.js';
import { withAddresses } from './pod-status.js';

const noStatus = { status: {} };

/** The defaults of a pod. */
export function podDefaults(pod: Pod): Pod {
  const filled = pod.spec === undefined ? { ...pod, spec: { containers: [] } } : pod;
  const defaulted = within(filled, 'spec', specDefaults);
  return fill(within(defaulted, 'status', withAddresses), noStatus);
}

const links = { enableServiceLinks: true };

/** Pods of one template share its spec, and a pod keeps its spec: what was defaulted once is known. */
const defaultedSpecs = new WeakMap<PodSpec, PodSpec>();

function specDefaults(spec: PodSpec): PodSpec {
  let defaulted = defaultedSpecs.get(spec);
  if (defaulted === undefined) defaultedSpecs.set(spec, (defaulted = newSpecDefaults(spec)));
  return defaulted;
}

function newSpecDefaults(spec: PodSpec): PodSpec {
  let result = withGrace(podSpecDefaults(spec));
  result = within(result, 'containers', list => eachItem(list, requestsFromLimits));
  if (result.initContainers !== undefined) {
    result = within(result, 'initContainers', list => eachItem(list, requestsFromLimits));
  }
  if (result.resources !== undefined) result = podLevelDefaults(result);
  if (result.enableServiceLinks === undefined) result = Object.assign({}, result, links);
  return result.hostNetwork === true ? hostPorts(result) : result;
}

/** What is limited and not requested is requested as far as its limit. */
function requestsFromLimits(container: Container): Container {
  const limits = container.resources?.limits;
  if (limits === undefined) return container;
  const requests = container.resources?.requests;
  let filled: Record<string, string> | undefined;
  for (const name in limits) {
    if (requests?.[name] !== undefined) continue;
    filled ??= { ...requests };
    filled[name] = limits[name] ?? '0';
  }
  if (filled === undefined) return container;
  return { ...container, resources: { ...container.resources, requests: filled } };
}

function hostPorts(spec: PodSpec): PodSpec {
  const result = within(spec, 'containers', list => eachItem(list, hostPortsOf));
  return within(result, 'initContainers', list => eachItem(list, hostPortsOf));
}

function hostPortsOf(container: Container): Container {
  return within(container, 'ports', ports =>
    eachItem(ports, port => (port.hostPort ? port : { ...port, hostPort: port.containerPort })),
  );
}

/**
 * A negative time of grace is one second; templates keep what they are given.
 * @upstream pkg/apis/core/v1/conversion.go Convert_v1_Pod_To_core_Pod
 */
function withGrace(spec: PodSpec): PodSpec {
  const { terminationGracePeriodSeconds: seconds } = spec;
  if (seconds === undefined || seconds >= 0) return spec;
  return Object.assign({}, spec, { terminationGracePeriodSeconds: 1 });
}
