/**
 * How much of each zone is lost, and at which rate its nodes are tainted then.
 * @upstream pkg/controller/nodelifecycle/node_lifecycle_controller.go handleDisruption
 */
import type { Node, NodeCondition } from '../../api/kinds/core.js';
import { EvictionQueue } from './eviction-queue.js';
import type { NodeLifecycleSettings } from './settings.js';

/** The state of a zone. */
export type ZoneState = 'initial' | 'normal' | 'partial' | 'full';

/** What the lost zones come to. */
export type Disruption = 'none' | 'begun everywhere' | 'over somewhere';

/** The zone of a node: its region and zone labels. */
export function zoneKey({ metadata }: Node): string {
  const labels = metadata.labels ?? {};
  const region = labels['topology.kubernetes.io/region'] ?? '';
  const zone = labels['topology.kubernetes.io/zone'] ?? '';
  return region === '' && zone === '' ? '' : `${region}:\0:${zone}`;
}

/** The zones of the cluster and the nodes in them that wait for a taint. */
export class Zones {
  private readonly states = new Map<string, ZoneState>();
  private readonly queues = new Map<string, EvictionQueue>();

  constructor(private readonly settings: NodeLifecycleSettings) {}

  has(zone: string): boolean {
    return this.states.has(zone);
  }

  /** Begins a zone that is not known. */
  begin(zone: string, nowMs: number): void {
    if (this.states.has(zone)) return;
    this.states.set(zone, 'initial');
    this.queues.set(zone, new EvictionQueue(this.settings.evictionsPerSecond, nowMs));
  }

  /** Whether nothing is lost anywhere: nor does the next update change anything, if nothing is lost then. */
  get areNormal(): boolean {
    for (const state of this.states.values()) if (state !== 'normal') return false;
    return true;
  }

  queue(zone: string): EvictionQueue | undefined {
    return this.queues.get(zone);
  }

  allQueues(): readonly EvictionQueue[] {
    return [...this.queues.values()];
  }

  /** Takes in the Ready conditions of each zone's nodes; sets the rates. */
  update(
    conditionsByZone: ReadonlyMap<string, readonly (NodeCondition | undefined)[]>,
    nowMs: number,
  ): Disruption {
    const states = new Map<string, ZoneState>();
    for (const [zone, conditions] of conditionsByZone) {
      states.set(zone, this.stateOf(conditions));
      if (!this.states.has(zone)) this.states.set(zone, 'initial');
    }
    const areAllFull = [...states.values()].every(state => state === 'full');
    const wereAllFull = this.forgetGone(conditionsByZone);
    if (areAllFull && wereAllFull) return 'none';
    if (areAllFull) {
      for (const zone of this.states.keys()) {
        this.queues.get(zone)?.setRate(0, nowMs);
        this.states.set(zone, 'full');
      }
      return 'begun everywhere';
    }
    for (const [zone, old] of this.states) {
      const state = states.get(zone) ?? 'initial';
      if (state === old && !wereAllFull) continue;
      this.queues
        .get(zone)
        ?.setRate(this.rateOf(state, conditionsByZone.get(zone)?.length ?? 0), nowMs);
      this.states.set(zone, state);
    }
    return wereAllFull ? 'over somewhere' : 'none';
  }

  /** Forgets zones without nodes; returns whether all others were full. */
  private forgetGone(conditionsByZone: ReadonlyMap<string, unknown>): boolean {
    let wereAllFull = true;
    for (const [zone, state] of this.states) {
      if (!conditionsByZone.has(zone)) this.states.delete(zone);
      else if (state !== 'full') wereAllFull = false;
    }
    return wereAllFull;
  }

  private rateOf(state: ZoneState, nodes: number): number {
    const { evictionsPerSecond, secondaryEvictionsPerSecond, largeZoneNodes } = this.settings;
    if (state !== 'partial') return evictionsPerSecond;
    return nodes > largeZoneNodes ? secondaryEvictionsPerSecond : 0;
  }

  private stateOf(conditions: readonly (NodeCondition | undefined)[]): ZoneState {
    const ready = conditions.filter(condition => condition?.status === 'True').length;
    const unready = conditions.length - ready;
    if (ready === 0 && unready > 0) return 'full';
    const { unhealthyZoneShare } = this.settings;
    return unready > 2 && unready / conditions.length >= unhealthyZoneShare ? 'partial' : 'normal';
  }
}
