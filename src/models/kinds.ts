/** The kinds of models that can be trained. */
import { didYouMean, exitCodes, UserError } from '../input/errors.js';
import { gradientBoostedTrees } from './gradient-boosted-trees/gradient-boosted-trees.js';
import { logisticRegression } from './logistic-regression/logistic-regression.js';
import type { ModelKind } from './model.js';

/** Every kind. */
export const modelKinds: readonly ModelKind[] = [gradientBoostedTrees, logisticRegression];

/**
 * The kind of this name.
 *
 * @throws UserError `unknown-model-kind`, with the one that was meant.
 */
export function modelKind(name: string): ModelKind {
  const found = modelKinds.find(kind => kind.name === name);
  if (found !== undefined) return found;
  const names = modelKinds.map(kind => kind.name);
  const near = didYouMean(name, names);
  throw new UserError(`there is no kind of model "${name}"`, {
    exitCode: exitCodes.usage,
    code: 'unknown-model-kind',
    next: near === undefined ? `known: ${names.join(', ')}` : `did you mean ${near}?`,
  });
}
