/** Manifests that a command applies must be taken: the first refusal ends it, with its place and what to do. */
import type { Applied } from '../cluster.js';
import { writeError } from '../host.js';
import { exitCodes, UserError } from '../input/errors.js';
import type { Manifest } from '../input/manifests.js';
import { adviceFor } from './advice.js';

/**
 * Tells the warnings.
 *
 * @throws UserError when the manifest was refused; `otherwise` is told where no field is to blame.
 */
export function mustBeTaken(applied: Applied, manifest: Manifest, otherwise: string): void {
  const { object, message, warnings } = applied;
  const { file, line } = manifest;
  for (const warning of warnings) writeError(`${file}:${line}: warning: ${warning}\n`);
  if (message === undefined) return;
  const { place, next } = adviceFor(applied, manifest);
  const what = `${object.kind ?? ''} ${object.metadata.name ?? ''}`.trim();
  throw new UserError(`${place}: ${what} refused: ${message}`, {
    exitCode: exitCodes.usage,
    code: 'manifest-refused',
    next: next.length === 0 ? otherwise : next.join('\n  next: '),
  });
}
