/** Newton's method on the objective of a logistic regression: iteratively reweighted least squares. */
import { exitCodes, UserError } from '../../input/errors.js';
import { solveCholesky } from './cholesky.js';
import { objectiveAt, type Design } from './objective.js';

/** When to stop. */
export interface NewtonSettings {
  /** Passes over the rows. */
  readonly iterationsMax: number;
  /** Converged when no weight moves by more than this, times 1 + its size. */
  readonly tolerance: number;
}

/** A loss that is higher by less than this share is no worse: near the minimum, only rounding differs. */
const rounding = 1e-12;

/**
 * The weights at the minimum, the intercept first. A step that does not descend is halved, so that the
 * convex objective is always reached.
 *
 * @throws UserError `not-converged` after `iterationsMax` passes, or when C leaves next to no penalty.
 */
export function fitNewton(design: Design, width: number, settings: NewtonSettings): Float64Array {
  let weights: Float64Array = new Float64Array(width);
  let step: Float64Array = new Float64Array(width);
  let best = Infinity;
  for (let iteration = 0; iteration < settings.iterationsMax; iteration++) {
    const trial = weights.map((weight, index) => weight - (step[index] ?? 0));
    const { loss, gradient, hessian } = objectiveAt(design, trial);
    const isWorse = loss > best * (1 + rounding);
    if (!isWorse) {
      best = loss;
      weights = trial;
    }
    step = isWorse ? step.map(length => length / 2) : newtonStep(hessian, gradient);
    if (isSmall(step, weights, settings.tolerance)) {
      return weights.map((weight, index) => weight - (step[index] ?? 0));
    }
  }
  return refuse(`did not converge in ${settings.iterationsMax} iterations`);
}

function newtonStep(hessian: Float64Array, gradient: Float64Array): Float64Array {
  const step = solveCholesky(hessian, gradient);
  return step ?? refuse('has no minimum to be found: the columns part the classes too well');
}

function refuse(what: string): never {
  throw new UserError(`logistic-regression ${what}`, {
    exitCode: exitCodes.usage,
    code: 'not-converged',
    next: 'lower C, or raise iterationsMax or tolerance',
  });
}

const isSmall = (step: Float64Array, weights: Float64Array, tolerance: number): boolean =>
  step.every(
    (length, index) => Math.abs(length) <= tolerance * (1 + Math.abs(weights[index] ?? 0)),
  );
