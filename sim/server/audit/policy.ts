/**
 * The audit policy: which level a request is logged at, and which stages are left out.
 * @upstream apiserver/pkg/audit/policy/checker.go
 */
import type { RequestInfo } from '../request-info.js';
import type { User } from '../user.js';

/** How much is logged, from nothing to all. */
export type AuditLevel = 'None' | 'Metadata' | 'Request' | 'RequestResponse';

/** A stage of a request. */
export type AuditStage = 'RequestReceived' | 'ResponseStarted' | 'ResponseComplete' | 'Panic';

/** Resources of a group that a rule is about. */
export interface GroupResources {
  readonly group?: string;
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
}

/** A rule of a policy; the first that fits counts. */
export interface PolicyRule {
  readonly level: AuditLevel;
  readonly users?: readonly string[];
  readonly userGroups?: readonly string[];
  readonly verbs?: readonly string[];
  readonly resources?: readonly GroupResources[];
  readonly namespaces?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
  readonly omitStages?: readonly AuditStage[];
  readonly omitManagedFields?: boolean;
}

/** A Policy of audit.k8s.io/v1. */
export interface AuditPolicy {
  readonly rules?: readonly PolicyRule[];
  readonly omitStages?: readonly AuditStage[];
  readonly omitManagedFields?: boolean;
}

/** What the policy says of one request. */
export interface AuditConfig {
  readonly level: AuditLevel;
  readonly omittedStages: readonly AuditStage[];
  readonly omitsManagedFields: boolean;
}

/** The policy's word on the request of a user; undefined while nobody is known. */
export function compiledPolicy(
  policy: AuditPolicy,
): (info: RequestInfo, user: User | undefined) => AuditConfig {
  // All requests that a rule fits are logged alike.
  const rules = (policy.rules ?? []).map(rule => ({ rule, config: configOf(policy, rule) }));
  const otherwise = configOf(policy, { level: 'None' });
  return (info, user) => {
    for (const { rule, config } of rules) if (fits(rule, info, user)) return config;
    return otherwise;
  };
}

function configOf(policy: AuditPolicy, { level, omitStages, omitManagedFields }: PolicyRule) {
  return {
    level,
    omittedStages: [...(policy.omitStages ?? []), ...(omitStages ?? [])],
    omitsManagedFields: omitManagedFields ?? policy.omitManagedFields ?? false,
  };
}

function isFilled<T>(list: readonly T[] | undefined): list is readonly T[] {
  return list !== undefined && list.length > 0;
}

function fits(rule: PolicyRule, info: RequestInfo, user: User | undefined): boolean {
  const { users, userGroups, verbs, namespaces, resources, nonResourceURLs } = rule;
  if (isFilled(users) && (user === undefined || !users.includes(user.name))) return false;
  if (isFilled(userGroups) && !userGroups.some(group => user?.groups.includes(group))) {
    return false;
  }
  if (isFilled(verbs) && !verbs.includes(info.verb)) return false;
  if (isFilled(namespaces) || isFilled(resources)) return resourceFits(rule, info);
  if (!isFilled(nonResourceURLs)) return true;
  return !info.isResourceRequest && nonResourceURLs.some(spec => pathFits(spec, info.path));
}

function pathFits(spec: string, path: string): boolean {
  if (spec === '*' || spec === path) return true;
  return spec.endsWith('*') && path.startsWith(spec.replace(/\*+$/, ''));
}

function resourceFits({ namespaces, resources }: PolicyRule, info: RequestInfo): boolean {
  if (!info.isResourceRequest) return false;
  if (isFilled(namespaces) && !namespaces.includes(info.namespace)) return false;
  if (!isFilled(resources)) return true;
  return resources.some(({ group = '', resources: names, resourceNames }) => {
    if (group !== info.group && group !== '*') return false;
    if (!isFilled(names)) return true;
    if (isFilled(resourceNames) && !resourceNames.includes(info.name)) return false;
    return names.some(name => nameFits(name, info));
  });
}

function nameFits(name: string, { resource, subresource }: RequestInfo): boolean {
  const combined = subresource === '' ? resource : `${resource}/${subresource}`;
  if (name === combined || name === '*') return true;
  return (subresource !== '' && name === `*/${subresource}`) || name === `${resource}/*`;
}
