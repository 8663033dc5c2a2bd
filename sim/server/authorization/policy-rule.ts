/**
 * Whether a rule of a role allows a request. @upstream pkg/apis/rbac/v1/evaluation_helpers.go
 */
import type { PolicyRule } from '../../api/kinds/rbac.js';
import type { AuthorizationAttributes } from './authorizer.js';

/** Whether the rule allows the request, but for the name of the object. */
export function ruleFits(rule: PolicyRule, attributes: AuthorizationAttributes): boolean {
  if (!holds(rule.verbs, attributes.verb)) return false;
  if (!attributes.isResourceRequest) return pathFits(rule, attributes.path);
  const { group, resource, subresource } = attributes;
  return (
    rule.resources !== undefined &&
    holds(rule.apiGroups, group) &&
    resourceFits(rule.resources, resource, subresource)
  );
}

/** Whether the rule allows the request. */
export function ruleAllows(rule: PolicyRule, attributes: AuthorizationAttributes): boolean {
  if (!ruleFits(rule, attributes)) return false;
  return !attributes.isResourceRequest || nameFits(rule.resourceNames, attributes.name);
}

/** No names allow every name. */
export function nameFits(names: readonly string[] | undefined, name: string): boolean {
  return names === undefined || names.length === 0 || names.includes(name);
}

function holds(values: readonly string[] | undefined, value: string): boolean {
  return values !== undefined && (values.includes(value) || values.includes('*'));
}

function resourceFits(resources: readonly string[], resource: string, subresource: string) {
  if (subresource === '') return resources.includes('*') || resources.includes(resource);
  return (
    resources.includes('*') ||
    resources.includes(`${resource}/${subresource}`) ||
    resources.includes(`*/${subresource}`)
  );
}

function pathFits(rule: PolicyRule, path: string): boolean {
  for (const url of rule.nonResourceURLs ?? []) {
    if (url === '*' || url === path) return true;
    if (url.endsWith('*') && path.startsWith(url.replace(/\*+$/, ''))) return true;
  }
  return false;
}
