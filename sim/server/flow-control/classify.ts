/**
 * Which flow schema a request belongs to. Nothing is queued or turned away: a simulated server has time.
 * @upstream apiserver/pkg/util/flowcontrol/rule.go, apf_controller.go startRequest
 */
import { compareText } from '../../api/go-text.js';
import {
  flowSchemas,
  priorityLevelConfigurations,
  type FlowSchema,
  type Subject,
  type NonResourcePolicyRule,
  type PolicyRulesWithSubjects,
  type ResourcePolicyRule,
} from '../../api/kinds/flowcontrol.js';
import type { ServerAccess } from '../access.js';
import { remembered } from '../remembered.js';
import type { RequestInfo } from '../request-info.js';
import type { User } from '../user.js';

/** What tells a client which schema and level it was counted to. */
export type FlowHeaders = Readonly<Record<string, string>>;

interface Level {
  readonly schema: FlowSchema;
  readonly headers: FlowHeaders;
}

/** The headers of a request; none when no schema takes it. */
export function flowHeaders(access: ServerAccess, user: User, info: RequestInfo): FlowHeaders {
  const list = levelsOf(access);
  const found =
    list.find(({ schema }) => schema.spec?.rules?.some(rule => matches(rule, user, info))) ??
    list.find(({ schema }) => schema.metadata.name === 'catch-all');
  return found?.headers ?? {};
}

/** The schemas in the order in which they are asked, without those whose level is missing. */
const levelsOf = remembered([flowSchemas, priorityLevelConfigurations], access =>
  (access.list(flowSchemas) as unknown as readonly FlowSchema[])
    .flatMap(schema => levelOf(access, schema))
    .sort((one, other) => compareSchemas(one.schema, other.schema)),
);

function levelOf(access: ServerAccess, schema: FlowSchema): Level[] {
  const name = schema.spec?.priorityLevelConfiguration.name ?? '';
  const level = access.get(priorityLevelConfigurations, '', name);
  if (level === undefined) return [];
  const headers = {
    'x-kubernetes-pf-flowschema-uid': schema.metadata.uid ?? '',
    'x-kubernetes-pf-prioritylevel-uid': level.metadata.uid ?? '',
  };
  return [{ schema, headers }];
}

function compareSchemas(one: FlowSchema, other: FlowSchema): number {
  const precedence = (schema: FlowSchema) => schema.spec?.matchingPrecedence ?? 0;
  return (
    precedence(one) - precedence(other) ||
    compareText(one.metadata.name ?? '', other.metadata.name ?? '')
  );
}

function matches(rule: PolicyRulesWithSubjects, user: User, info: RequestInfo): boolean {
  if (!rule.subjects.some(subject => matchesSubject(subject, user))) return false;
  return info.isResourceRequest
    ? (rule.resourceRules ?? []).some(one => matchesResource(one, info))
    : (rule.nonResourceRules ?? []).some(one => matchesPath(one, info));
}

const all = '*';

function matchesSubject(subject: Subject, { name, groups }: User): boolean {
  const { user, group, serviceAccount } = subject;
  switch (subject.kind) {
    case 'User':
      return user !== undefined && (user.name === all || user.name === name);
    case 'Group':
      return group !== undefined && (group.name === all || groups.includes(group.name));
    case 'ServiceAccount': {
      if (serviceAccount === undefined) return false;
      const account = `system:serviceaccount:${serviceAccount.namespace}:`;
      if (serviceAccount.name === all) return name.startsWith(account);
      return name === account + serviceAccount.name;
    }
    default:
      return false;
  }
}

function matchesResource(rule: ResourcePolicyRule, info: RequestInfo): boolean {
  const { verb, resource, subresource, group, namespace } = info;
  const told = subresource === '' ? resource : `${resource}/${subresource}`;
  const isMeant =
    contains(rule.verbs, verb) && contains(rule.resources, told) && contains(rule.apiGroups, group);
  if (!isMeant) return false;
  return namespace === '' ? rule.clusterScope === true : contains(rule.namespaces ?? [], namespace);
}

function matchesPath(rule: NonResourcePolicyRule, { verb, path }: RequestInfo): boolean {
  if (!contains(rule.verbs, verb)) return false;
  return rule.nonResourceURLs.some(url => {
    if (url === all || url === path) return true;
    const prefix = url.replace(/\*$/, '');
    return path.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`);
  });
}

function contains(list: readonly string[], value: string): boolean {
  return (list.length === 1 && list[0] === all) || list.includes(value);
}
