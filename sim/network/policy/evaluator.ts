/**
 * Judges connections by policies. The sides are judged apart: the source's by its egress rules, the
 * destination's by its ingress rules, and a connection is made only when both let it through.
 * @upstream k8s.io/api/networking/v1 NetworkPolicySpec; sigs.k8s.io/network-policy-api
 */
import { compareText } from '../../api/go-text.js';
import type { Labels } from '../../api/selectors.js';
import {
  compilePolicy,
  type CompiledPolicy,
  type Direction,
  type Rule,
  type Tier,
} from './compile.js';
import type { Policy } from './kinds.js';
import type { Attempt, Party, PolicyPod } from './party.js';

/** What becomes of a connection, and which side drops it. */
export type Verdict = 'allow' | 'egress-denied' | 'ingress-denied' | 'both-denied';

/** What policies are judged with. */
export interface PolicyWorld {
  readonly policies: readonly Policy[];
  /** The labels of namespaces, by name; a namespace that is missing has none. */
  readonly namespaces: ReadonlyMap<string, Labels>;
}

/** What a side has to say to a connection. */
export type Decision =
  /** A rule lets it through or drops it. */
  | { readonly kind: 'rule'; readonly isAllowed: boolean; readonly rule: Rule }
  /** Network policies isolate the pod, and none of their rules lets it through. */
  | { readonly kind: 'isolated'; readonly isAllowed: false }
  /** Nothing speaks of it. */
  | { readonly kind: 'open'; readonly isAllowed: true };

/** All that is said about one direction of a pod. */
export interface Side {
  readonly admin: readonly Rule[];
  /** Undefined when no network policy isolates the pod in this direction. */
  readonly network: readonly Rule[] | undefined;
  readonly baseline: readonly Rule[];
  /** The names of the network policies that isolate the pod. */
  readonly isolatedBy: readonly string[];
}

const open: Decision = { kind: 'open', isAllowed: true };
const isolated: Decision = { kind: 'isolated', isAllowed: false };
const nobody: Party = { address: -1 };
const unconcerned: Side = { admin: [], network: undefined, baseline: [], isolatedBy: [] };

/** Policies at one moment, ready to judge. */
export class PolicyEvaluator {
  private readonly namespaced = new Map<string, CompiledPolicy[]>();
  private readonly tiered: readonly CompiledPolicy[];
  /** What is said about a pod, as long as the pod stays the same object. */
  private readonly sides = new WeakMap<PolicyPod, Readonly<Record<Direction, Side>>>();

  constructor({ policies, namespaces }: PolicyWorld) {
    const labelsOf = (namespace: string) => namespaces.get(namespace) ?? noLabels;
    const tiered: CompiledPolicy[] = [];
    for (const policy of policies) {
      const compiled = compilePolicy(policy, labelsOf);
      const { namespace } = policy.metadata;
      if (compiled.tier !== 'network') tiered.push(compiled);
      else push(this.namespaced, namespace ?? 'default', compiled);
    }
    for (const list of this.namespaced.values()) list.sort(byName);
    // Upstream leaves open which of two policies of one priority is first: here it is the name.
    this.tiered = tiered.sort((a, b) => a.priority - b.priority || byName(a, b));
  }

  /** Whether both sides let it through, and else which does not. */
  verdict(attempt: Attempt): Verdict {
    const { from, to } = attempt;
    if (isSamePod(from.pod, to.pod)) return 'allow';
    return verdictOf({
      egress: this.allows('egress', attempt),
      ingress: this.allows('ingress', attempt),
    });
  }

  /** Whether one side lets it through; one that is no pod always does. */
  allows(direction: Direction, attempt: Attempt): boolean {
    return this.decide(direction, attempt).isAllowed;
  }

  /** What one side says to it, and by which rule. */
  decide(direction: Direction, attempt: Attempt): Decision {
    const { pod } = direction === 'egress' ? attempt.from : attempt.to;
    if (pod === undefined) return open;
    const { admin, network, baseline } = this.sideOf(pod, direction);
    const early = firstOf(admin, direction, attempt);
    if (early !== undefined && early.action !== 'pass') return decided(early);
    if (network !== undefined) {
      const rule = firstOf(network, direction, attempt);
      return rule === undefined ? isolated : decided(rule);
    }
    const late = firstOf(baseline, direction, attempt);
    return late === undefined || late.action === 'pass' ? open : decided(late);
  }

  /** Whether nobody at all may connect to a port of the pod: it is isolated, and no rule opens the port. */
  isShut(pod: PolicyPod, { port, protocol }: Pick<Attempt, 'port' | 'protocol'>): boolean {
    const { admin, network } = this.sideOf(pod, 'ingress');
    if (network === undefined) return false;
    const attempt = { from: nobody, to: { pod, address: -1 }, port, protocol };
    return ![...admin, ...network].some(
      ({ action, isPort }) => action === 'accept' && (isPort?.(attempt) ?? true),
    );
  }

  /** All that is said about a direction of a pod. */
  sideOf(pod: PolicyPod, direction: Direction): Side {
    const known = this.sides.get(pod);
    if (known !== undefined) return known[direction];
    const own = (this.namespaced.get(pod.namespace) ?? []).filter(one => one.selects(pod));
    const above = this.tiered.filter(one => one.selects(pod));
    const sides = {
      egress: sideOf('egress', own, above),
      ingress: sideOf('ingress', own, above),
    };
    this.sides.set(pod, sides);
    return sides[direction];
  }
}

/** The verdict of two sides, each of which lets through (true) or drops. */
export function verdictOf(allows: Readonly<Record<Direction, boolean>>): Verdict {
  if (allows.egress) return allows.ingress ? 'allow' : 'ingress-denied';
  return allows.ingress ? 'egress-denied' : 'both-denied';
}

const noLabels: Labels = {};

function sideOf(
  direction: Direction,
  own: readonly CompiledPolicy[],
  above: readonly CompiledPolicy[],
): Side {
  const isolating = own.filter(policy => policy[direction] !== undefined);
  if (isolating.length === 0 && above.length === 0) return unconcerned;
  const rulesOf = (tier: Tier) =>
    above.filter(one => one.tier === tier).flatMap(one => one[direction] ?? []);
  return {
    admin: rulesOf('admin'),
    network: isolating.length === 0 ? undefined : isolating.flatMap(one => one[direction] ?? []),
    baseline: rulesOf('baseline'),
    isolatedBy: isolating.map(({ name }) => name),
  };
}

function firstOf(rules: readonly Rule[], direction: Direction, attempt: Attempt): Rule | undefined {
  const peer = direction === 'egress' ? attempt.to : attempt.from;
  for (const rule of rules) {
    if (rule.isPort !== undefined && !rule.isPort(attempt)) continue;
    if (rule.isPeer === undefined || rule.isPeer(peer)) return rule;
  }
  return undefined;
}

const decisions = new WeakMap<Rule, Decision>();

function decided(rule: Rule): Decision {
  const known = decisions.get(rule);
  if (known !== undefined) return known;
  const decision: Decision = { kind: 'rule', isAllowed: rule.action === 'accept', rule };
  decisions.set(rule, decision);
  return decision;
}

/** A pod is never cut off from itself. */
export function isSamePod(one: PolicyPod | undefined, other: PolicyPod | undefined): boolean {
  if (one === undefined || other === undefined) return false;
  return one === other || (one.namespace === other.namespace && one.name === other.name);
}

function byName(one: CompiledPolicy, other: CompiledPolicy): number {
  return compareText(one.name, other.name);
}

function push<T>(lists: Map<string, T[]>, key: string, item: T): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}
