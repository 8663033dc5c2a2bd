/** What writers of Services are warned of. @upstream pkg/api/service/warnings.go */
import type { Service } from '../../api/kinds/core.js';
import { cidrWarnings, ipWarnings } from './ip-warnings.js';

const hintsKey = 'service.kubernetes.io/topology-aware-hints';

/** Fields that are deprecated or have no effect. */
export function serviceWarnings({ metadata, spec = {} }: Service): readonly string[] {
  const warnings: string[] = [];
  const isHeadless = spec.type === 'ClusterIP' && spec.clusterIP === 'None';
  const external = spec.externalIPs ?? [];
  if (metadata.annotations?.[hintsKey] !== undefined) {
    warnings.push(
      `annotation ${hintsKey} is deprecated, please use service.kubernetes.io/topology-mode instead`,
    );
  }
  if (spec.clusterIP && spec.clusterIP !== 'None') {
    for (const [index, ip] of (spec.clusterIPs ?? []).entries()) {
      warnings.push(...ipWarnings(`spec.clusterIPs[${index}]`, ip));
    }
  }
  if (isHeadless) {
    if (spec.loadBalancerIP) warnings.push('spec.loadBalancerIP is ignored for headless services');
    if (external.length > 0) warnings.push('spec.externalIPs is ignored for headless services');
    if (spec.sessionAffinity !== 'None') {
      warnings.push('spec.SessionAffinity is ignored for headless services');
    }
  }
  for (const [index, ip] of external.entries()) {
    warnings.push(...ipWarnings(`spec.externalIPs[${index}]`, ip));
  }
  if (external.length > 0 && !isHeadless && spec.type !== 'ExternalName') {
    warnings.push(
      'spec.externalIPs is deprecated and may no longer be implemented in some clusters',
    );
  }
  if (spec.loadBalancerIP) {
    warnings.push(...ipWarnings('spec.loadBalancerIP', spec.loadBalancerIP));
  }
  for (const [index, range] of (spec.loadBalancerSourceRanges ?? []).entries()) {
    warnings.push(...cidrWarnings(`spec.loadBalancerSourceRanges[${index}]`, range));
  }
  warnings.push(...nameWarnings(spec));
  return warnings;
}

function nameWarnings(spec: NonNullable<Service['spec']>): readonly string[] {
  const warnings: string[] = [];
  if (spec.type === 'ExternalName' && (spec.externalIPs ?? []).length > 0) {
    warnings.push('spec.externalIPs is ignored when spec.type is "ExternalName"');
  }
  if (spec.type !== 'ExternalName' && spec.externalName) {
    warnings.push('spec.externalName is ignored when spec.type is not "ExternalName"');
  }
  if (spec.trafficDistribution === 'PreferClose') {
    warnings.push('spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"');
  }
  return warnings;
}
