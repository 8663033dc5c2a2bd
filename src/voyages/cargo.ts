/** Plans on their way to a thread: a search has the same manifests in each voyage, and each travels once. */
import type { KubeObject } from '../../sim/api/object.js';
import { invariant } from '../../sim/engine/invariant.js';
import { lastingObject } from './lasting-objects.js';
import type { VoyagePlan } from './plan.js';

/** With so many on both sides, both begin anew. */
const knownMax = 5_000;

/** A plan as it travels. */
export interface Cargo {
  readonly plan: Omit<VoyagePlan, 'objects'>;
  /** A manifest that came before is its number, in the order in which they came. */
  readonly objects: readonly (KubeObject | number)[];
  /** Whether those that came before are to be forgotten. */
  readonly isAnew: boolean;
}

/** Packs the plans for one thread, which has to unpack all of them, in order. Nobody may change a manifest. */
export class Packer {
  private readonly numbers = new Map<KubeObject, number>();

  pack({ objects, ...plan }: VoyagePlan): Cargo {
    const { numbers } = this;
    const isAnew = numbers.size + objects.length > knownMax;
    if (isAnew) numbers.clear();
    const packed = objects.map(object => {
      const number = numbers.get(object);
      if (number === undefined) numbers.set(object, numbers.size);
      return number ?? object;
    });
    return { plan, objects: packed, isAnew };
  }
}

/** Unpacks what one packer packs. */
export class Unpacker {
  private known: KubeObject[] = [];

  unpack({ plan, objects, isAnew }: Cargo): VoyagePlan {
    if (isAnew) this.known = [];
    return { ...plan, objects: objects.map(object => this.unpacked(object)) };
  }

  private unpacked(object: KubeObject | number): KubeObject {
    if (typeof object !== 'number') {
      const lasting = lastingObject(object);
      this.known.push(lasting);
      return lasting;
    }
    const known = this.known[object];
    invariant(known !== undefined, `manifest ${object} came before`);
    return known;
  }
}
