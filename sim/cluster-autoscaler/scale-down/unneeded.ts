/** Since when nodes have been unneeded, and which have been for long enough. @upstream core/scaledown/unneeded/nodes.go */
import type { NodeGroup } from '../node-group.js';
import type { AutoscalerOptions } from '../options.js';
import type { Quota } from '../quota.js';
import { readinessOf } from '../readiness.js';
import { isScaleDownDisabled } from './eligibility.js';
import type { ScaleDownScene } from './planner.js';
import type { Removal, Unremovable, UnremovableReason } from './removal.js';

interface Unneeded {
  readonly removal: Removal;
  readonly sinceMs: number;
}

/** What the last limits are judged by. */
export interface RemovalLimits {
  readonly scene: ScaleDownScene;
  readonly quota: Quota;
  readonly groupOf: ReadonlyMap<string, NodeGroup>;
}

/** The nodes that may go, and what keeps the others. */
export interface Removable {
  readonly empty: readonly Removal[];
  readonly drain: readonly Removal[];
  readonly unremovable: readonly Unremovable[];
}

/** The nodes that could go, with the time since when that is so. */
export class UnneededNodes {
  private byName = new Map<string, Unneeded>();

  constructor(private readonly options: AutoscalerOptions) {}

  get names(): readonly string[] {
    return [...this.byName.keys()];
  }

  /** These are unneeded now; what was so before keeps its time. */
  update(removals: readonly Removal[], nowMs: number): void {
    this.byName = new Map(
      removals.map(removal => {
        const name = removal.node.metadata.name ?? '';
        return [name, { removal, sinceMs: this.byName.get(name)?.sinceMs ?? nowMs }];
      }),
    );
  }

  /** Empty nodes are let go first; each that goes leaves less room for the next. */
  removable(limits: RemovalLimits): Removable {
    const sizes = new Map(limits.scene.groups.map(({ name, targetSize }) => [name, targetSize]));
    const unremovable: Unremovable[] = [];
    const allowed = (unneeded: readonly Unneeded[]): readonly Removal[] =>
      unneeded.flatMap(each => {
        const reason = this.reasonToKeep(each, limits, sizes);
        if (reason === undefined) return [each.removal];
        unremovable.push({ node: each.removal.node, reason });
        return [];
      });
    const all = [...this.byName.values()];
    const empty = allowed(all.filter(isEmpty));
    const drain = allowed(all.filter(each => !isEmpty(each)));
    return { empty, drain, unremovable };
  }

  private reasonToKeep(
    { removal: { node }, sinceMs }: Unneeded,
    { scene: { nowMs, deleting }, quota, groupOf }: RemovalLimits,
    sizes: Map<string, number>,
  ): UnremovableReason | undefined {
    if (isScaleDownDisabled(node)) return 'ScaleDownDisabledAnnotation';
    const { isReady } = readinessOf(node);
    const { scaleDownUnneededTimeMs, scaleDownUnreadyTimeMs } = this.options;
    const waitMs = isReady ? scaleDownUnneededTimeMs : scaleDownUnreadyTimeMs;
    if (waitMs > 0 && sinceMs + waitMs >= nowMs) {
      return isReady ? 'NotUnneededLongEnough' : 'NotUnreadyLongEnough';
    }
    const group = groupOf.get(node.metadata.name ?? '');
    if (group === undefined) return 'NotAutoscaled';
    const size = sizes.get(group.name) ?? 0;
    if (size - (deleting?.get(group.name) ?? 0) <= group.min) return 'NodeGroupMinSizeReached';
    const { exceeded } = quota.consume({ node, group: group.name }, 1);
    if (exceeded.length > 0) return 'MinimalResourceLimitExceeded';
    sizes.set(group.name, size - 1);
    return undefined;
  }
}

function isEmpty({ removal }: Unneeded): boolean {
  return removal.podsToReschedule.length === 0;
}
