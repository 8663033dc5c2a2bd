/**
 * Finds the parameters that a binding gives to its policy.
 * @upstream apiserver/pkg/admission/plugin/policy/generic/policy_dispatcher.go CollectParams
 */
import type { ParamKind, ParamRef } from '../../../api/kinds/admissionregistration.js';
import { apiVersionOf, type Kind, type KubeObject } from '../../../api/object.js';
import { selectorOf } from '../../../api/selectors.js';
import { invariant } from '../../../engine/invariant.js';
import type { ServerAccess } from '../../access.js';

/** One entry for each time that the policy is to be evaluated, or why it cannot be. */
export type Params = readonly (KubeObject | undefined)[] | { readonly error: string };

/** The kind of the parameters, if it is served. */
export function paramKindOf(kind: ParamKind, access: ServerAccess): Kind | undefined {
  return access
    .kinds()
    .find(one => apiVersionOf(one) === kind.apiVersion && one.kind === kind.kind);
}

/** Why the policy cannot be evaluated with parameters of the kind, whatever is bound. @upstream policy_source.go */
export function paramKindProblem(
  paramKind: ParamKind | undefined,
  access: ServerAccess,
): string | undefined {
  if (paramKind === undefined || paramKindOf(paramKind, access) !== undefined) return undefined;
  const { apiVersion = '', kind } = paramKind;
  const printed = apiVersion.includes('/') ? apiVersion : `/${apiVersion}`;
  return `failed to find resource referenced by paramKind: '${printed}, Kind=${kind}'`;
}

/** The parameters of a binding for a request in the namespace. */
export function collectParams(
  paramKind: ParamKind | undefined,
  reference: ParamRef | undefined,
  namespace: string,
  access: ServerAccess,
): Params {
  if (paramKind === undefined || reference === undefined) return [undefined];
  const kind = paramKindOf(paramKind, access);
  invariant(kind !== undefined, 'the kind of the parameters has been looked for before');
  const place = placeOf(kind, reference, namespace);
  if (typeof place !== 'string') return place;
  const found = find(kind, reference, place, access);
  if (found.length === 0 && reference.parameterNotFoundAction === 'Deny') {
    const error = 'no params found for policy binding with `Deny` parameterNotFoundAction';
    return { error };
  }
  return found;
}

function placeOf(
  kind: Kind,
  reference: ParamRef,
  namespace: string,
): string | { readonly error: string } {
  const own = reference.namespace ?? '';
  if (!kind.isNamespaced) {
    if (own === '') return '';
    return { error: 'paramRef.namespace must not be provided for a cluster-scoped `paramKind`' };
  }
  if (own !== '') return own;
  if (namespace !== '') return namespace;
  return {
    error: 'cannot use namespaced paramRef in policy binding that matches cluster-scoped resources',
  };
}

function find(
  kind: Kind,
  { name, selector }: ParamRef,
  namespace: string,
  access: ServerAccess,
): readonly KubeObject[] {
  const typed = (object: KubeObject) => ({
    ...object,
    apiVersion: apiVersionOf(kind),
    kind: kind.kind,
  });
  if (name) {
    const found = access.get(kind, namespace, name);
    return found === undefined ? [] : [typed(found)];
  }
  const parsed = selectorOf(selector);
  return access
    .list(kind, namespace)
    .filter(({ metadata }) => parsed.matches(metadata.labels ?? {}))
    .map(typed);
}
