/** Says in words why a connection is let through or dropped, by which rules, and which came close. */
import { addressText } from './address.js';
import type { Direction, Rule } from './compile.js';
import { isSamePod, verdictOf, type PolicyEvaluator, type Verdict } from './evaluator.js';
import type { Attempt, Party } from './party.js';

/** Why a connection ends as it does. */
export interface TrafficExplanation {
  readonly verdict: Verdict;
  /** Of the source's side. */
  readonly egress: SideExplanation;
  /** Of the destination's side. */
  readonly ingress: SideExplanation;
}

/** What one side says. */
export interface SideExplanation {
  readonly isAllowed: boolean;
  /** A sentence. */
  readonly text: string;
  /** The rule that decided, if one did. */
  readonly rule?: Pick<Rule, 'policy' | 'name'>;
  /** The network policies that isolate the pod in this direction. */
  readonly isolatedBy: readonly string[];
  /** Rules that know the peer or the port, but not both: a sentence each. */
  readonly close: readonly string[];
}

/** Explains one connection. */
export function explainTraffic(evaluator: PolicyEvaluator, attempt: Attempt): TrafficExplanation {
  if (isSamePod(attempt.from.pod, attempt.to.pod)) {
    const itself = { ...plain, text: 'a pod always reaches itself' };
    return { verdict: 'allow', egress: itself, ingress: itself };
  }
  const egress = explainSide(evaluator, 'egress', attempt);
  const ingress = explainSide(evaluator, 'ingress', attempt);
  const verdict = verdictOf({ egress: egress.isAllowed, ingress: ingress.isAllowed });
  return { verdict, egress, ingress };
}

const plain = { isAllowed: true, isolatedBy: [], close: [] };

function explainSide(
  evaluator: PolicyEvaluator,
  direction: Direction,
  attempt: Attempt,
): SideExplanation {
  const { pod } = direction === 'egress' ? attempt.from : attempt.to;
  if (pod === undefined)
    return { ...plain, text: `policies have no say in the ${direction} of what is no pod` };
  const { admin, network, baseline, isolatedBy } = evaluator.sideOf(pod, direction);
  const decision = evaluator.decide(direction, attempt);
  const own = `${direction} of ${pod.namespace}/${pod.name}`;
  const what = `${attempt.protocol}/${attempt.port} ${direction === 'egress' ? 'to' : 'from'}`;
  const peer = named(direction === 'egress' ? attempt.to : attempt.from);
  switch (decision.kind) {
    case 'open':
      return { ...plain, text: `no policy speaks of the ${own}: ${what} ${peer} is allowed` };
    case 'rule': {
      const { isAllowed, rule } = decision;
      const text = `${rule.policy}, rule ${rule.name}, ${isAllowed ? 'allows' : 'denies'} ${what} ${peer}`;
      return { isAllowed, text, rule, isolatedBy, close: [] };
    }
    case 'isolated': {
      const text = `the ${own} is isolated by ${isolatedBy.join(', ')}, and no rule allows ${what} ${peer}`;
      const rules = [...admin, ...(network ?? []), ...baseline];
      const close = rules.flatMap(rule => closeMiss(rule, direction, attempt));
      return { isAllowed: false, text, isolatedBy, close };
    }
  }
}

/** A rule that would have let it through but for one half. */
function closeMiss(rule: Rule, direction: Direction, attempt: Attempt): string[] {
  if (rule.action !== 'accept') return [];
  const peer = direction === 'egress' ? attempt.to : attempt.from;
  const isPort = rule.isPort === undefined || rule.isPort(attempt);
  const isPeer = rule.isPeer === undefined || rule.isPeer(peer);
  if (isPort === isPeer) return [];
  const known = isPeer ? named(peer) : `${attempt.protocol}/${attempt.port}`;
  const missing = isPeer ? `not ${attempt.protocol}/${attempt.port}` : `not for ${named(peer)}`;
  return [`${rule.policy}, rule ${rule.name}, allows ${known}, but ${missing}`];
}

function named({ pod, node, address }: Party): string {
  if (pod !== undefined) return `${pod.namespace}/${pod.name}`;
  return node === undefined ? addressText(address) : `node ${node.metadata.name ?? ''}`;
}
