/** Which resource a scale target is. @upstream kedacore/keda v2.20.2 apis/keda/v1alpha1/gvkr.go */
import { goQuote } from '../../api/go-text.js';
import type { Reconciliation } from '../../client/contract.js';
import { call } from '../../client/requests.js';
import type { TargetKind } from './types.js';

interface Reference {
  readonly apiVersion?: string | undefined;
  readonly kind?: string | undefined;
}

interface ResourceList {
  readonly resources?: readonly { readonly name: string; readonly kind: string }[];
}

/** Finds it; a Deployment of apps/v1 where the reference does not say. */
export function* targetKindOf(
  reference: Reference,
): Reconciliation<TargetKind | { readonly error: string }> {
  const { apiVersion = '', kind = '' } = reference;
  const parts = apiVersion === '' ? ['apps', 'v1'] : apiVersion.split('/');
  if (parts.length > 2) return { error: `unexpected GroupVersion string: ${apiVersion}` };
  const group = parts.length === 2 ? (parts[0] ?? '') : '';
  const version = parts.at(-1) ?? '';
  const found = { group, version, kind: kind === '' ? 'Deployment' : kind };
  if (found.kind === 'Deployment') return { ...found, resource: 'deployments' };
  if (found.kind === 'StatefulSet') return { ...found, resource: 'statefulsets' };
  const path = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const answer = yield* call<ResourceList>({ method: 'GET', path });
  const listed = answer.isOk ? (answer.object.resources ?? []) : [];
  const resource = listed.find(one => one.kind === found.kind && !one.name.includes('/'))?.name;
  if (resource !== undefined) return { ...found, resource };
  const full = `${group === '' ? '' : `${group}/`}${version}`;
  return { error: `no matches for kind ${goQuote(found.kind)} in version ${goQuote(full)}` };
}

/** `apps/v1.Deployment`. */
export function printedTarget({ group, version, kind }: TargetKind): string {
  return `${group === '' ? '' : `${group}/`}${version}.${kind}`;
}
