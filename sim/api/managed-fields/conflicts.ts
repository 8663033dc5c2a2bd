/**
 * How conflicts of an apply are told.
 * @upstream staging/src/k8s.io/apimachinery/pkg/util/managedfields/internal/conflict.go
 */
import { compareText, goQuote } from '../go-text.js';
import type { StatusCause } from '../kinds/meta.js';
import type { FieldPath, FieldSet } from './field-set.js';
import type { Owner } from './owners.js';
import { printedPath } from './path-element.js';

/** A field that another owner has with another value. */
export interface Conflict {
  /** The owner's identity. */
  readonly identity: string;
  readonly path: FieldPath;
}

/** The conflicts by owner, in the order of the owners' identities. */
export function conflictsOf(sets: ReadonlyMap<string, FieldSet>): readonly Conflict[] {
  return [...sets]
    .toSorted(([left], [right]) => compareText(left, right))
    .flatMap(([identity, set]) => [...set.paths()].map(path => ({ identity, path })));
}

/** The message and causes of the 409. */
export function toldConflicts(conflicts: readonly Conflict[]): {
  readonly message: string;
  readonly causes: readonly StatusCause[];
} {
  const causes = conflicts.map(({ identity, path }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${printedManager(identity)}`,
    field: printedPath(path),
  }));
  return { message: `Apply failed with ${listed(conflicts)}`, causes };
}

function listed(conflicts: readonly Conflict[]): string {
  const [first] = conflicts;
  if (conflicts.length === 1 && first !== undefined) {
    const manager = printedManager(first.identity);
    return `1 conflict: conflict with ${manager}: ${printedPath(first.path)}`;
  }
  const managers = [...new Set(conflicts.map(({ identity }) => identity))].toSorted(compareText);
  const lines = managers.flatMap(identity => [
    `conflicts with ${printedManager(identity)}:`,
    ...conflicts
      .filter(conflict => conflict.identity === identity)
      .map(({ path }) => `- ${printedPath(path)}`),
  ]);
  return `${conflicts.length} conflicts: ${lines.join('\n')}`;
}

function printedManager(identity: string): string {
  // `identityOf` wrote it.
  const owner = JSON.parse(identity) as Partial<Owner>;
  const name = goQuote(owner.manager ?? '');
  const told =
    owner.subresource === undefined
      ? name
      : `${name} with subresource ${goQuote(owner.subresource)}`;
  return owner.operation === 'Update' ? `${told} using ${owner.apiVersion ?? ''}` : told;
}
