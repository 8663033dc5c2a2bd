/**
 * What an update of a service keeps and what a change of its type clears.
 * @upstream pkg/registry/core/service/strategy.go, pkg/registry/core/service/storage/storage.go
 */
import type { Service, ServicePort, ServiceSpec } from '../../api/kinds/core.js';
import { without } from './defaults/fill.js';
import { isExternallyAccessible } from './defaults/service.js';
import { needsHealthCheck } from './node-ports.js';
import { isSameList } from './service-allocation.js';

/** The spec with the values that were allocated before, where the user left them out. */
export function patchAllocated(spec: ServiceSpec, old: ServiceSpec): ServiceSpec {
  let result = spec;
  if (needsClusterIP(old) && needsClusterIP(spec)) {
    if (!result.clusterIP && old.clusterIP) result = { ...result, clusterIP: old.clusterIP };
    if ((result.clusterIPs ?? []).length === 0 && (old.clusterIPs ?? []).length > 0) {
      result = { ...result, clusterIPs: old.clusterIPs ?? [] };
    }
  }
  if (needsNodePort(old) && needsNodePort(result)) result = patchNodePorts(result, old);
  if (needsHealthCheck(old) && needsHealthCheck(result) && !result.healthCheckNodePort) {
    if (old.healthCheckNodePort) {
      result = { ...result, healthCheckNodePort: old.healthCheckNodePort };
    }
  }
  return result;
}

function patchNodePorts(spec: ServiceSpec, old: ServiceSpec): ServiceSpec {
  const now = new Set((spec.ports ?? []).map(port => port.nodePort ?? 0));
  const used = new Set<number>();
  const byName = new Map<string, number>();
  for (const port of old.ports ?? []) {
    byName.set(port.name ?? '', port.nodePort ?? 0);
    if (port.nodePort && now.has(port.nodePort)) used.add(port.nodePort);
  }
  const patched = (port: ServicePort): ServicePort => {
    const before = byName.get(port.name ?? '') ?? 0;
    if (port.nodePort || before === 0 || used.has(before)) return port;
    return { ...port, nodePort: before };
  };
  return spec.ports === undefined ? spec : { ...spec, ports: spec.ports.map(patched) };
}

/** Brings clusterIP and clusterIPs into agreement: older clients know only the first. */
export function normalizeClusterIPs(spec: ServiceSpec, old: ServiceSpec | undefined): ServiceSpec {
  if (old === undefined) {
    if (!spec.clusterIP || (spec.clusterIPs ?? []).length > 0) return spec;
    return Object.assign({}, spec, { clusterIPs: [spec.clusterIP] });
  }
  let result = spec;
  const isSame = (old.clusterIP ?? '') === (spec.clusterIP ?? '');
  if ((old.clusterIPs ?? []).length > 0 && (spec.clusterIPs ?? []).length === 0 && isSame) {
    result = { ...result, clusterIPs: old.clusterIPs ?? [] };
  }
  if (isSame || !isSameList(old.clusterIPs, result.clusterIPs)) return result;
  if (old.clusterIP && !spec.clusterIP) return without(result, 'clusterIPs');
  return { ...result, clusterIPs: [spec.clusterIP ?? ''] };
}

/** Drops what a service of the new type can't have, unless the user changed it too. */
export function dropForType(service: Service, old: Service): Service {
  const before = old.spec;
  const now = service.spec;
  if (before === undefined || now === undefined) return service;
  const result = { ...service, spec: dropFields(now, before) };
  if (now.type === 'LoadBalancer') return result;
  return { ...result, status: { ...result.status, loadBalancer: {} } };
}

function dropFields(now: ServiceSpec, old: ServiceSpec): ServiceSpec {
  let spec = now;
  if (needsClusterIP(old) && !needsClusterIP(spec)) spec = dropAddresses(spec, old);
  if (needsNodePort(old, true) && !needsNodePort(spec, true) && hasNoNewNodePorts(spec, old)) {
    const ports = (spec.ports ?? []).map(port => without(port, 'nodePort'));
    if (spec.ports !== undefined) spec = { ...spec, ports };
  }
  if (
    needsHealthCheck(old) &&
    !needsHealthCheck(spec) &&
    (old.healthCheckNodePort ?? 0) === (spec.healthCheckNodePort ?? 0)
  ) {
    spec = without(spec, 'healthCheckNodePort');
  }
  if (old.type === 'LoadBalancer' && spec.type !== 'LoadBalancer') {
    const { allocateLoadBalancerNodePorts: allocates, loadBalancerClass: name } = old;
    if (allocates === spec.allocateLoadBalancerNodePorts) {
      spec = without(spec, 'allocateLoadBalancerNodePorts');
    }
    if (name === spec.loadBalancerClass) spec = without(spec, 'loadBalancerClass');
  }
  if (
    isExternallyAccessible(old) &&
    !isExternallyAccessible(spec) &&
    (old.externalTrafficPolicy ?? '') === (spec.externalTrafficPolicy ?? '')
  ) {
    spec = without(spec, 'externalTrafficPolicy');
  }
  return spec;
}

function dropAddresses(now: ServiceSpec, old: ServiceSpec): ServiceSpec {
  let spec = now;
  const hasSameIP = (old.clusterIP ?? '') === (spec.clusterIP ?? '');
  if (hasSameIP && isSameList(old.clusterIPs, spec.clusterIPs)) {
    spec = without(without(spec, 'clusterIP'), 'clusterIPs');
  }
  if (isSameList(old.ipFamilies, spec.ipFamilies)) spec = without(spec, 'ipFamilies');
  if (old.ipFamilyPolicy === spec.ipFamilyPolicy) spec = without(spec, 'ipFamilyPolicy');
  return spec;
}

function hasNoNewNodePorts(spec: ServiceSpec, old: ServiceSpec): boolean {
  const before = new Set((old.ports ?? []).map(port => port.nodePort ?? 0));
  return (spec.ports ?? []).every(port => !port.nodePort || before.has(port.nodePort));
}

/** Whether the type has a cluster IP at all. */
export function needsClusterIP(spec: ServiceSpec): boolean {
  return spec.type !== 'ExternalName';
}

function needsNodePort(spec: ServiceSpec, always = false): boolean {
  if (spec.type === 'NodePort') return true;
  return spec.type === 'LoadBalancer' && (always || (spec.allocateLoadBalancerNodePorts ?? true));
}
