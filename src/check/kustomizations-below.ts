/** The kustomizations of a folder that is none itself: which of them is meant, only its user knows. */
import { dirname, join, relative } from 'node:path';
import { isRecord } from '../../sim/api/equality.js';
import { exitCodes, InputError, UserError } from '../input/errors.js';
import { parseLocated, readInput } from '../input/located.js';

/** Asks for one of them: those come to mind that no other takes in. */
export function whichIsMeant(path: string, files: readonly string[]): UserError {
  const all = files.map(file => ({ folder: dirname(file), ...contentOf(file) }));
  const takenIn = new Set(all.flatMap(({ takes }) => takes));
  const roots = all.filter(({ folder, isComponent }) => !isComponent && !takenIn.has(folder));
  const told = roots.length === 0 ? all : roots;
  const names = told.map(({ folder }) => relative(path, folder));
  const others = all.length - told.length;
  const more = others === 0 ? '' : ` (and ${others} more, of which these are made)`;
  return new UserError(`${path} holds kustomizations: ${names.join(', ')}${more}`, {
    exitCode: exitCodes.usage,
    code: 'kustomizations-below',
    next: `name the one that is meant: -f ${join(path, names[0] ?? '')}`,
  });
}

/** The folders that a kustomization takes in; none where it cannot be read: whoever names it is told. */
function contentOf(file: string): {
  readonly takes: readonly string[];
  readonly isComponent: boolean;
} {
  try {
    const [first] = parseLocated(readInput(file), file);
    const value = isRecord(first?.value) ? first.value : {};
    const takes = ['resources', 'bases', 'components'].flatMap(field => {
      const entries = value[field];
      return Array.isArray(entries) ? entries.filter(one => typeof one === 'string') : [];
    });
    return {
      takes: takes.map(one => join(dirname(file), one).replace(/\/$/, '')),
      isComponent: value['kind'] === 'Component',
    };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { takes: [], isComponent: false };
  }
}
