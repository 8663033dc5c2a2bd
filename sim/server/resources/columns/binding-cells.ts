/** The row of a role binding in a table. @upstream pkg/printers/internalversion/printers.go */
import type { RoleBinding, Subject } from '../../../api/kinds/rbac.js';
import { ageOf } from './cell.js';

/** Name, role, age, users, groups and service accounts. */
export function bindingCells(
  binding: Pick<RoleBinding, 'metadata' | 'roleRef' | 'subjects'>,
  nowMs: number,
): readonly unknown[] {
  const subjects = binding.subjects ?? [];
  const named = (kind: string, text: (subject: Subject) => string): string =>
    subjects
      .filter(subject => subject.kind === kind)
      .map(text)
      .join(', ');
  return [
    binding.metadata.name,
    `${binding.roleRef.kind}/${binding.roleRef.name}`,
    ageOf(binding, nowMs),
    named('User', subject => subject.name),
    named('Group', subject => subject.name),
    named('ServiceAccount', subject => `${subject.namespace ?? ''}/${subject.name}`),
  ];
}
