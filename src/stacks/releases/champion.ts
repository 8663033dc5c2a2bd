/** Where it stands which version of a model serves. */

/** Says of which model a ConfigMap names the champion. */
export const championLabel = 'seatrial.dev/champion-of';

/** The ConfigMap that names the champion. */
export function championName(model: string): string {
  return `${model}-champion`;
}
