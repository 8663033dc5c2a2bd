/**
 * What the authorization policies of a workload say of a request.
 * @upstream pilot/pkg/security/authz/builder/builder.go, pilot/pkg/model/authorization.go
 */
import { compareText } from '../../api/go-text.js';
import { attachedTo, namespaceOf } from './attachment.js';
import type { RuleContext } from './attributes.js';
import type { Facts } from './facts.js';
import type { Action, AuthorizationPolicy } from './kinds.js';
import type { MeshSettings, Workload } from './request.js';
import { compileRule, type CompiledRule } from './rule.js';
import { trustDomains } from './trust-domain.js';

/** A rule of a policy, by the name that Envoy's logs have for it. */
export interface NamedRule {
  /** `ns[fraud]-policy[scorer]-rule[0]` */
  readonly name: string;
  readonly provider: string;
  readonly rule: CompiledRule;
}

/** The policies of a workload, ready to be asked. */
export interface Authorization {
  /** The rules of an action that count, by name; undefined: no policy has that action. */
  readonly rules: Readonly<Partial<Record<Action, readonly NamedRule[]>>>;
  /** The rules that let nobody in, since their protocol has no such fields. */
  readonly withoutEffect: readonly string[];
  /** The policies that are only tried: `fraud/scorer`. */
  readonly dryRun: readonly string[];
}

/** Makes the policies of a workload ready, for one protocol. */
export function authorizationOf(
  policies: readonly AuthorizationPolicy[],
  { workload, protocol }: { workload: Workload; protocol: 'http' | 'tcp' },
  mesh: MeshSettings,
): Authorization {
  const attached = attachedTo(workload, policies, mesh);
  const rules: Partial<Record<Action, NamedRule[]>> = {};
  const withoutEffect: string[] = [];
  for (const policy of attached.filter(one => !isDryRun(one))) {
    const action = actionOf(policy);
    if (action === undefined) continue;
    const namespace = namespaceOf(policy.metadata);
    const context = { namespace, trustDomains: trustDomains(mesh), protocol };
    const named = namedRules(policy, action, context);
    (rules[action] ??= []).push(...named);
    withoutEffect.push(
      ...named.filter(({ rule }) => rule.kind === 'without-effect').map(({ name }) => name),
    );
  }
  for (const list of Object.values(rules)) list.sort((a, b) => compareText(a.name, b.name));
  return { rules, withoutEffect, dryRun: attached.filter(isDryRun).map(nameOf) };
}

/** The rules of an action that match: Envoy takes them by name, and stops at the first. */
export function matching(rules: readonly NamedRule[] = [], facts: Facts): readonly NamedRule[] {
  return rules.filter(({ rule }) => rule.kind === 'ready' && rule.matches(facts));
}

function namedRules(
  { metadata, spec = {} }: AuthorizationPolicy,
  action: Action,
  context: RuleContext,
): readonly NamedRule[] {
  return (spec.rules ?? []).map((rule, index) => ({
    name: `ns[${context.namespace}]-policy[${metadata.name ?? ''}]-rule[${index}]`,
    provider: spec.provider?.name ?? '',
    rule: compileRule(rule, action, context),
  }));
}

function nameOf({ metadata }: AuthorizationPolicy): string {
  return `${namespaceOf(metadata)}/${metadata.name ?? ''}`;
}

/** Undefined: an action that nobody knows; the policy is passed over. */
function actionOf({ spec }: AuthorizationPolicy): Action | undefined {
  const { action = 'ALLOW' } = spec ?? {};
  return (['ALLOW', 'DENY', 'AUDIT', 'CUSTOM'] as const).find(known => known === action);
}

/** As Go reads truth values; any other text is no. */
function isDryRun({ metadata }: AuthorizationPolicy): boolean {
  const text = metadata.annotations?.['istio.io/dry-run'] ?? '';
  return ['1', 't', 'T', 'true', 'TRUE', 'True'].includes(text);
}
