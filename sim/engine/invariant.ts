/** Stops the run when something that only we can cause has gone wrong. */

/** The error of a broken invariant: a defect of seatrial, never a user's mistake. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError';
}

/**
 * States what must be true. It is never caught: a run that breaks it has no meaning.
 *
 * @throws InvariantError when the condition does not hold.
 */
export function invariant(condition: unknown, mustBeTrue: string): asserts condition {
  if (!condition) throw new InvariantError(`invariant broken: ${mustBeTrue}`);
}
