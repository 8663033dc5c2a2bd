/** What one life of KEDA's operator knows: scalers, loops, and how it tells of what it does. */
import { type HasMetadata } from '../../api/object.js';
import type { ControllerContext } from '../../client/contract.js';
import { ScaleLoops } from './scale-loops.js';
import { ScalerCaches } from './scaler-caches.js';
import type { MetricRecord } from './scalers/metric-record.js';

/** An event, without what it is about. */
export interface Told {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  /** Default: the reason. */
  readonly action?: string;
}

/** Which object a scaler is of: `ScaledObject ns/name`. */
export function scalableKey(kind: string, { metadata }: HasMetadata): string {
  return `${kind} ${metadata.namespace ?? ''}/${metadata.name ?? ''}`;
}

/** It is gone when the process ends. */
export class OperatorState {
  readonly caches: ScalerCaches;
  readonly loops: ScaleLoops;
  /** Of which generation the loop of an object is. */
  readonly generations = new Map<string, number>();
  /** By object, and then by metric: what the last poll measured. */
  readonly records = new Map<string, ReadonlyMap<string, MetricRecord>>();

  constructor(readonly context: ControllerContext) {
    this.caches = new ScalerCaches(context, (object, told) => this.record(object, told));
    this.loops = new ScaleLoops(context);
  }

  /** Records an event. */
  record(regarding: HasMetadata, { action, ...told }: Told): void {
    this.context.events.record({ regarding, ...told, action: action ?? told.reason });
  }

  /** Records an event whose action is its message, as those of the reconcilers have it. */
  emit(regarding: HasMetadata, told: Omit<Told, 'action'>): void {
    this.record(regarding, { ...told, action: told.message });
  }

  /** Begins the loop of an object anew. */
  startLoop(kind: string, object: HasMetadata, intervalSeconds: number): void {
    const wasRunning = this.loops.start(scalableKey(kind, object), intervalSeconds * 1000);
    if (wasRunning) return;
    const [reason, action] = ['KEDAScalersStarted', 'ScalersWatchStarted'];
    this.record(object, { type: 'Normal', reason, action, message: 'Started scalers watch' });
  }

  /** Ends the loop of an object. */
  stopLoop(kind: string, object: HasMetadata): void {
    const key = scalableKey(kind, object);
    this.generations.delete(key);
    if (!this.loops.stop(key)) return;
    this.caches.clear(key);
    this.records.delete(key);
    const reason = 'KEDAScalersStopped';
    this.record(object, { type: 'Normal', reason, message: 'Stopped scalers watch' });
  }
}
