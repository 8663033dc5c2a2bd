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
import type { GroupResource, ServerAccess } from '../../access.js';
import { remembered } from '../../remembered.js';
import type { Criteria } from '../match/request-match.js';

/** A policy and what binds it. */
export interface PolicyHook<P, B> {
  readonly policy: P;
  readonly bindings: readonly B[];
}

type ValidatingHook = PolicyHook<ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding>;
type MutatingHook = PolicyHook<MutatingAdmissionPolicy, MutatingAdmissionPolicyBinding>;

/** Reads the bound policies of one sort. */
function hooksReader<P extends HasMetadata, B extends Bound>(
  policies: GroupResource,
  bindings: GroupResource,
): (access: ServerAccess) => readonly PolicyHook<P, B>[] {
  return remembered([policies, bindings], access => {
    const bound = access.list(bindings) as unknown as readonly B[];
    return (access.list(policies) as unknown as readonly P[])
      .map(policy => ({
        policy,
        bindings: bound.filter(({ spec }) => spec?.policyName === policy.metadata.name),
      }))
      .filter(hook => hook.bindings.length > 0);
  });
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
