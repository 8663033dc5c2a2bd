/** Where it stands what the monitor of a model has found. */

/** Says of which model a ConfigMap tells what its monitor has found. */
export const monitorLabel = 'seatrial.dev/monitor-of';

/** The ConfigMap that tells what the monitor of a model has found. */
export function monitorName(model: string): string {
  return `${model}-monitor`;
}

/** The data of that ConfigMap. */
export interface Monitored {
  /** The version that is watched: `v1`. */
  readonly watching: string;
  /** What it has found and not had mended. */
  readonly finding?: string;
  /** The version that is trained because of it. */
  readonly trains?: string;
  /** The training's number, from 0: another follows one that failed. */
  readonly attempt?: string;
}
