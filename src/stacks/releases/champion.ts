/** Where it stands which version of a model serves. */

/** Says of which model a ConfigMap names the champion. */
export const championLabel = 'seatrial.dev/champion-of';

/** The ConfigMap that names the champion. */
export function championName(model: string): string {
  return `${model}-champion`;
}

/** The data of that ConfigMap, as the promoter writes it. */
export interface Champion {
  /** `v2`. */
  readonly version: string;
  /** The version that it replaced. */
  readonly before?: string;
  /** The version that was taken back, when that is why this one serves. */
  readonly rolledBack?: string;
  /** The resourceVersion of the payments by which that was judged, where there are any. */
  readonly judgedBy?: string;
}
