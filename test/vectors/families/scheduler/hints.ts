/** Which plug-ins a change wakes a pod for. */
import type { Pod } from '../../../../sim/api/kinds/core.js';
import type { KubeObject } from '../../../../sim/api/object.js';
import type { Scene } from './world.js';

/** A case of `queueing-hints`. */
export interface HintsCase extends Scene {
  readonly id: string;
  readonly kind: string;
  readonly change: 'add' | 'update' | 'delete';
  readonly old?: KubeObject;
  readonly new?: KubeObject;
  readonly pod: Pod;
  readonly expect: readonly unknown[];
}

/** The events that the change is turned into, with the answers of the plug-ins. */
export function answerHints(_each: HintsCase): unknown {
  return undefined;
}
