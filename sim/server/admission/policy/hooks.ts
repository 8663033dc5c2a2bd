/** The policies of a server with their bindings, read anew when one of them changed. */
import {
  mutatingAdmissionPolicies,
  mutatingAdmissionPolicyBindings,
  validatingAdmissionPolicies,
  validatingAdmissionPolicyBindings,
  type MatchResources,
  type MutatingAdmissionPolicy,
  type MutatingAdmissionPolicyBinding,
  type ValidatingAdmissionPolicy,
  type ValidatingAdmissionPolicyBinding,
} from '../../../api/kinds/admissionregistration.js';
import type { HasMetadata } from '../../../api/object.js';
import { Attached } from '../../../engine/attached.js';
import type { GroupResource, ServerAccess } from '../../access.js';
import type { Criteria } from '../match/request-match.js';

/** A policy and what binds it. */
export interface PolicyHook<P, B> {
  readonly policy: P;
  readonly bindings: readonly B[];
}

type ValidatingHook = PolicyHook<ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding>;
type MutatingHook = PolicyHook<MutatingAdmissionPolicy, MutatingAdmissionPolicyBinding>;

interface Remembered<H> {
  readonly revision: number;
  readonly hooks: readonly H[];
}

/** Reads the bound policies of one sort. */
function hooksReader<P extends HasMetadata, B extends Bound>(
  policies: GroupResource,
  bindings: GroupResource,
): (access: ServerAccess) => readonly PolicyHook<P, B>[] {
  const remembered = new Attached<ServerAccess, Remembered<PolicyHook<P, B>>>();
  return access => {
    const changed = access.lastChange(policies);
    if (changed === 0) return [];
    const revision = Math.max(changed, access.lastChange(bindings));
    const known = remembered.get(access);
    if (known?.revision === revision) return known.hooks;
    const bound = access.list(bindings) as unknown as readonly B[];
    const hooks = (access.list(policies) as unknown as readonly P[])
      .map(policy => ({
        policy,
        bindings: bound.filter(({ spec }) => spec?.policyName === policy.metadata.name),
      }))
      .filter(hook => hook.bindings.length > 0);
    remembered.set(access, { revision, hooks });
    return hooks;
  };
}

interface Bound {
  readonly spec?: { readonly policyName?: string };
}

/** The validating policies that are bound, by name. */
export const validatingHooks: (access: ServerAccess) => readonly ValidatingHook[] = hooksReader(
  validatingAdmissionPolicies,
  validatingAdmissionPolicyBindings,
);

/** The mutating policies that are bound, by name. */
export const mutatingHooks: (access: ServerAccess) => readonly MutatingHook[] = hooksReader(
  mutatingAdmissionPolicies,
  mutatingAdmissionPolicyBindings,
);

/** What match resources want; without any, everything. */
export function criteriaOf(resources: MatchResources | undefined): Criteria {
  const { resourceRules = [], excludeResourceRules = [], matchPolicy } = resources ?? {};
  const { namespaceSelector, objectSelector } = resources ?? {};
  return {
    rules: resourceRules,
    excludedRules: excludeResourceRules,
    matchPolicy,
    namespaceSelector,
    objectSelector,
  };
}
