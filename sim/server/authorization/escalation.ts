/**
 * Which rights of wanted rules are missing in held ones: what the protection from escalation tells.
 * @upstream component-helpers/auth/rbac/validation/policy_comparator.go, pkg/registry/rbac/validation
 */
import { compareText, goQuote } from '../../api/go-text.js';
import type { PolicyRule } from '../../api/kinds/rbac.js';
import type { User } from '../user.js';

/** One right: a single verb on a single resource (and name) or URL. */
interface Right {
  readonly verb: string;
  readonly group?: string;
  readonly resource?: string;
  readonly resourceName?: string;
  readonly url?: string;
}

/** What the refusal says; undefined when the held rules cover the wanted ones. */
export function escalationText(
  user: User,
  held: { readonly rules: readonly PolicyRule[]; readonly errors: readonly string[] },
  wanted: readonly PolicyRule[],
): string | undefined {
  const missing = wanted
    .flatMap(rightsOf)
    .filter(right => !held.rules.some(rule => covers(rule, right)));
  if (missing.length === 0) return undefined;
  const who = `user ${goQuote(user.name)} (groups=${goQuotedList(user.groups)})`;
  const lines = [...new Set(compacted(missing))].sort(compareText);
  const text = `${who} is attempting to grant RBAC permissions not currently held:\n${lines.join('\n')}`;
  if (held.errors.length === 0) return text;
  return `${text}; resolution errors: [${aggregate(held.errors)}]`;
}

function aggregate(errors: readonly string[]): string {
  const once = [...new Set(errors)];
  return once.length === 1 ? (once[0] ?? '') : `[${once.join(', ')}]`;
}

function rightsOf(rule: PolicyRule): readonly Right[] {
  const rights: Right[] = [];
  for (const group of rule.apiGroups ?? []) {
    for (const resource of rule.resources ?? []) {
      for (const verb of rule.verbs) {
        if ((rule.resourceNames ?? []).length === 0) rights.push({ group, resource, verb });
        for (const resourceName of rule.resourceNames ?? []) {
          rights.push({ group, resource, verb, resourceName });
        }
      }
    }
  }
  for (const url of rule.nonResourceURLs ?? []) {
    for (const verb of rule.verbs) rights.push({ url, verb });
  }
  return rights;
}

function covers(rule: PolicyRule, right: Right): boolean {
  if (!rule.verbs.includes('*') && !rule.verbs.includes(right.verb)) return false;
  const { url, group, resource, resourceName } = right;
  if (url !== undefined) return (rule.nonResourceURLs ?? []).some(own => coversUrl(own, url));
  if (group === undefined || resource === undefined) return false;
  const groups = rule.apiGroups ?? [];
  if (!groups.includes('*') && !groups.includes(group)) return false;
  if (!coversResource(rule.resources ?? [], resource)) return false;
  const names = rule.resourceNames ?? [];
  return names.length === 0 || (resourceName !== undefined && names.includes(resourceName));
}

function coversResource(resources: readonly string[], resource: string): boolean {
  if (resources.includes('*') || resources.includes(resource)) return true;
  const slash = resource.indexOf('/');
  return slash >= 0 && resources.includes(`*${resource.slice(slash)}`);
}

function coversUrl(own: string, url: string): boolean {
  return own === url || (own.endsWith('*') && url.startsWith(own.replace(/\*+$/, '')));
}

/** One line for each resource and name with all its missing verbs; one for each URL and verb. */
function compacted(rights: readonly Right[]): readonly string[] {
  const verbs = new Map<string, { readonly right: Right; readonly verbs: string[] }>();
  const lines: string[] = [];
  for (const right of rights) {
    if (right.url !== undefined) {
      lines.push(`{NonResourceURLs:[${goQuote(right.url)}], Verbs:[${goQuote(right.verb)}]}`);
      continue;
    }
    const key = JSON.stringify([right.group, right.resource, right.resourceName]);
    const known = verbs.get(key);
    if (known === undefined) verbs.set(key, { right, verbs: [right.verb] });
    else known.verbs.push(right.verb);
  }
  for (const entry of verbs.values()) lines.push(lineOf(entry.right, entry.verbs));
  return lines;
}

function lineOf({ group = '', resource = '', resourceName }: Right, verbs: readonly string[]) {
  const names = resourceName === undefined ? '' : `, ResourceNames:[${goQuote(resourceName)}]`;
  const what = `APIGroups:[${goQuote(group)}], Resources:[${goQuote(resource)}]${names}`;
  return `{${what}, Verbs:${goQuotedList(verbs)}}`;
}

/** A list as Go's %q prints it. */
function goQuotedList(items: readonly string[]): string {
  return `[${items.map(goQuote).join(' ')}]`;
}
