/** The manifests that `-f` names, for commands that need some: what could not be read is told. */
import { readCheckInput } from '../check/read-input.js';
import type { CheckInput } from '../check/input.js';
import { writeError } from '../host.js';
import { exitCodes, placeText, UserError } from '../input/errors.js';

/**
 * Files, folders, kustomizations, or standard input.
 *
 * @throws UserError when they hold no manifest at all.
 */
export function namedManifests(paths: readonly string[]): CheckInput {
  const input = readCheckInput(paths);
  for (const { place, reason, kind } of input.unread) {
    if (kind !== 'no-object')
      writeError(`warning: not looked at: ${placeText(place)}: ${reason}\n`);
  }
  if (input.manifests.length > 0) return input;
  throw new UserError(`no manifests in ${paths.join(', ')}`, {
    exitCode: exitCodes.usage,
    code: 'no-manifests',
    next: 'name files of YAML or JSON that hold apiVersion and kind',
  });
}
