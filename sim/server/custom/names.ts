/** Which names of a definition are free. @upstream apiextensions-apiserver/pkg/controller/status/naming_controller.go */
import { deepEqual } from '../../api/equality.js';
import type {
  CustomResourceDefinition,
  CustomResourceDefinitionCondition,
  CustomResourceDefinitionNames,
} from '../../api/kinds/apiextensions.js';
import { aggregated } from '../../api/status.js';

type Condition = Omit<CustomResourceDefinitionCondition, 'lastTransitionTime'>;

/** The names that the definition gets, and what is said of them. */
export function acceptedNames(
  { spec, status }: CustomResourceDefinition,
  others: readonly CustomResourceDefinition[],
): { readonly names: CustomResourceDefinitionNames; readonly namesAccepted: Condition } {
  const taken = others.map(other => other.status?.acceptedNames);
  const resources = new Set(
    taken.flatMap(names => [names?.plural, names?.singular, ...(names?.shortNames ?? [])]),
  );
  const kinds = new Set(taken.flatMap(names => [names?.kind, names?.listKind]));
  const accepted = status?.acceptedNames ?? { plural: '', kind: '' };
  const names: Record<string, unknown> = {};
  Object.assign(names, accepted);
  let conflict: { readonly reason: string; readonly message: string } | undefined;
  const isUsed = (name: string | undefined, own: string | undefined, used: ReadonlySet<unknown>) =>
    name !== own && used.has(name);
  for (const { field, reason, used } of [
    { field: 'plural', reason: 'PluralConflict', used: resources },
    { field: 'singular', reason: 'SingularConflict', used: resources },
  ] as const) {
    const name = spec.names[field];
    if (isUsed(name, accepted[field], used)) conflict = { reason, message: inUse(name) };
    else names[field] = name;
  }
  const shortConflict = shortNameConflict(spec.names, accepted, resources);
  if (shortConflict !== undefined) conflict = shortConflict;
  else names['shortNames'] = spec.names.shortNames;
  for (const { field, reason } of [
    { field: 'kind', reason: 'KindConflict' },
    { field: 'listKind', reason: 'ListKindConflict' },
  ] as const) {
    const name = spec.names[field];
    if (isUsed(name, accepted[field], kinds)) conflict = { reason, message: inUse(name) };
    else names[field] = name;
  }
  names['categories'] = spec.names.categories;
  return { names: inOrder(names), namesAccepted: conditionOf(conflict) };
}

function conditionOf(
  conflict: { readonly reason: string; readonly message: string } | undefined,
): Condition {
  if (conflict !== undefined) return { type: 'NamesAccepted', status: 'False', ...conflict };
  return {
    type: 'NamesAccepted',
    status: 'True',
    reason: 'NoConflicts',
    message: 'no conflicts found',
  };
}

function shortNameConflict(
  wanted: CustomResourceDefinitionNames,
  accepted: CustomResourceDefinitionNames,
  used: ReadonlySet<unknown>,
) {
  if (deepEqual(wanted.shortNames ?? [], accepted.shortNames ?? [])) return undefined;
  const own = new Set(accepted.shortNames);
  const conflicts = (wanted.shortNames ?? []).filter(name => !own.has(name) && used.has(name));
  if (conflicts.length === 0) return undefined;
  return { reason: 'ShortNamesConflict', message: aggregated(conflicts.map(inUse)) };
}

function inUse(name: string | undefined): string {
  return `${JSON.stringify(name ?? '')} is already in use`;
}

function inOrder(names: Readonly<Record<string, unknown>>): CustomResourceDefinitionNames {
  const ordered: Record<string, unknown> = {};
  for (const field of ['plural', 'singular', 'shortNames', 'kind', 'listKind', 'categories']) {
    const value = names[field];
    if (value !== undefined && value !== '') ordered[field] = value;
  }
  return { plural: '', kind: '', ...ordered };
}
