/** The rules of all roles of the input, each with its place. */
import { clusterRoles, roles, type PolicyRule } from '../../sim/api/kinds/rbac.js';
import type { FieldPath } from '../input/located.js';
import type { AnyEntry } from './entry.js';
import { listOf } from './pod-template.js';
import type { Survey } from './survey.js';

/** A rule of a role. */
export interface RoleRule {
  readonly entry: AnyEntry;
  readonly rule: PolicyRule;
  readonly path: FieldPath;
  /** Whether it is a ClusterRole's. */
  readonly isClusterWide: boolean;
}

/** All of them. */
export function roleRules(survey: Survey): RoleRule[] {
  return [...survey.of(clusterRoles), ...survey.of(roles)].flatMap(entry =>
    listOf(entry.object.rules).map((rule, index) => ({
      entry,
      rule,
      path: ['rules', index],
      isClusterWide: entry.kind === 'ClusterRole',
    })),
  );
}

/** Whether the rule grants one of the verbs on the resource of the group. */
export function grants(
  { verbs, apiGroups, resources, resourceNames }: PolicyRule,
  wanted: { readonly group: string; readonly resource: string; readonly verbs: readonly string[] },
): boolean {
  if (listOf(resourceNames).length > 0) return false;
  const has = (list: readonly string[] | undefined, value: string): boolean =>
    listOf(list).includes(value) || listOf(list).includes('*');
  return (
    wanted.verbs.some(verb => has(verbs, verb)) &&
    has(apiGroups, wanted.group) &&
    has(resources, wanted.resource)
  );
}

/** Whether it names everything: then rule role-wildcard tells of it. */
export function isWildcard({ verbs, resources }: PolicyRule): boolean {
  return listOf(verbs).includes('*') || listOf(resources).includes('*');
}
