/** What a look at triggers changes in the status of their object. @upstream kedacore/keda v2.20.2 pkg/scaling/scale_handler.go handleResult */
import { deepEqual } from '../../api/equality.js';
import type { HasMetadata, Kind } from '../../api/object.js';
import type { Reconciliation, View } from '../../client/contract.js';
import { withOne } from './conditions.js';
import { patchStatus } from './merge-patch.js';
import type { Activity, Condition } from './types.js';

interface Status {
  readonly conditions?: readonly Condition[];
  readonly lastActiveTime?: string;
  readonly externalMetricNames?: readonly string[];
  readonly triggersActivity?: Activity;
}

interface Told extends HasMetadata {
  readonly status?: Status;
}

/** It is written when the look is over. */
export class ScaleResult {
  lastActiveTime: string | undefined;
  private readonly conditions: Condition[] = [];
  private activity: Activity = {};

  /** Sets a condition. */
  set(one: Condition): void {
    const at = this.conditions.findIndex(({ type }) => type === one.type);
    if (at < 0) this.conditions.push(one);
    else this.conditions[at] = one;
  }

  /** Notes which metrics' triggers are active. */
  tellActivity(status: Status | undefined, active: readonly string[]): void {
    const names = status?.externalMetricNames ?? [];
    this.activity = Object.fromEntries(
      names.map(name => [name, { isActive: active.includes(name) }]),
    );
  }

  /** Writes what differs into the object's status as it is now. */
  *write<T extends Told>(kind: Kind<T>, of: T, view: View): Reconciliation<void> {
    const { namespace = '', name = '' } = of.metadata;
    const current = view.get(kind, namespace, name);
    if (current === undefined) return;
    const { triggersActivity: _, ...rest }: Status = current.status ?? {};
    const triggersActivity = this.changed(of.status?.triggersActivity, _);
    let { conditions = [] } = rest;
    for (const one of this.conditions) conditions = withOne(conditions, one);
    const next = {
      ...rest,
      conditions,
      ...(this.lastActiveTime !== undefined && { lastActiveTime: this.lastActiveTime }),
      ...(Object.keys(triggersActivity).length > 0 && { triggersActivity }),
    };
    yield* patchStatus(kind, current, next);
  }

  /** What has changed since the look began, put into what stands now. */
  private changed(before: Activity = {}, now: Activity = {}): Activity {
    const kept = Object.entries(now).filter(([name]) => {
      const isGone = name in before && !(name in this.activity);
      return !isGone;
    });
    const told = Object.entries(this.activity).filter(
      ([name, one]) => !deepEqual(before[name], one),
    );
    return Object.fromEntries([...kept, ...told]);
  }
}
