/** What a server's sidecar decides on a request that has come to it, in the order of its filters. */
import { matching, type Authorization, type NamedRule } from './authorization.js';
import type { Facts } from './facts.js';
import type { MeshSettings } from './request.js';
import type { TokenCheck } from './token.js';

/** A decision, with the rules that it comes from. */
export type Decision = DecisionBase &
  (
    | { readonly verdict: 'allow' }
    | { readonly verdict: 'deny'; readonly isExternal: boolean }
    | { readonly verdict: 'unauthenticated'; readonly status: 401 | 403; readonly body: string }
  );

interface DecisionBase {
  readonly reason: string;
  /** The rule that decided; `none`: that no rule matched did. */
  readonly by?: string | undefined;
  /** The rules for which the external authorizer was asked. */
  readonly custom?: readonly string[];
  /** The rules for which the request was logged. */
  readonly audited?: readonly string[];
}

/** Decides on a request: CUSTOM, the token, AUDIT, DENY, ALLOW. */
export function decide(
  authorization: Authorization,
  facts: Facts,
  { token, mesh }: { token: TokenCheck; mesh: MeshSettings },
): Decision {
  const asked = custom(authorization, facts, mesh);
  if (asked.denied !== undefined) return asked.denied;
  const { noted } = asked;
  if (token.kind === 'bad') {
    const { status, body, reason } = token;
    return { ...noted, verdict: 'unauthenticated', status, body, reason };
  }
  const claims = token.kind === 'good' ? token.claims : undefined;
  return byRules(authorization, { ...facts, claims }, noted);
}

interface Asked {
  readonly denied?: Decision;
  readonly noted: Pick<DecisionBase, 'custom' | 'audited'>;
}

/** The external authorizer of HTTP cannot be asked about bytes, but a missing one refuses all. */
function custom({ rules }: Authorization, facts: Facts, mesh: MeshSettings): Asked {
  const all = rules.CUSTOM ?? [];
  const matched = matching(all, facts);
  const [first] = matched;
  if (first === undefined) return { noted: {} };
  const isMissing =
    mesh.externalAuthorizer === 'missing' || new Set(all.map(rule => rule.provider)).size > 1;
  if (isMissing) {
    const reason = 'a CUSTOM rule matches and its provider is not known';
    return { noted: {}, denied: { verdict: 'deny', isExternal: false, by: first.name, reason } };
  }
  if (facts.http === undefined) return { noted: {} };
  const noted = { custom: namesOf(matched) };
  if (mesh.externalAuthorizer === 'allow') return { noted };
  const reason = 'the external authorizer denies';
  return {
    noted,
    denied: { ...noted, verdict: 'deny', isExternal: true, by: first.name, reason },
  };
}

function byRules({ rules }: Authorization, facts: Facts, before: Asked['noted']): Decision {
  const audited = namesOf(matching(rules.AUDIT, facts));
  const noted = audited.length > 0 ? { ...before, audited } : before;
  const [denying] = matching(rules.DENY, facts);
  if (denying !== undefined) {
    const reason = 'a DENY rule matches';
    return { ...noted, verdict: 'deny', isExternal: false, by: denying.name, reason };
  }
  if (rules.ALLOW === undefined) {
    return { ...noted, verdict: 'allow', reason: 'no ALLOW policy applies' };
  }
  const [allowing] = matching(rules.ALLOW, facts);
  if (allowing !== undefined) {
    return { ...noted, verdict: 'allow', by: allowing.name, reason: 'an ALLOW rule matches' };
  }
  const reason = 'ALLOW policies apply and none matches';
  return { ...noted, verdict: 'deny', isExternal: false, by: 'none', reason };
}

function namesOf(rules: readonly NamedRule[]): readonly string[] {
  return rules.map(({ name }) => name);
}
