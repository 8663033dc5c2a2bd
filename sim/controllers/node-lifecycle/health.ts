/**
 * Whether a node is still heard of, and what its status says when it is not.
 * @upstream pkg/controller/nodelifecycle/node_lifecycle_controller.go tryUpdateNodeHealth
 */
import { deepEqual } from '../../api/equality.js';
import type { Lease } from '../../api/kinds/coordination.js';
import type { Node, NodeCondition } from '../../api/kinds/core.js';
import { findCondition } from '../../api/meta.js';
import { rfc3339, timeMs } from '../../api/time.js';
import type { NodeLifecycleSettings } from './settings.js';

/** What is remembered of a node. */
export interface NodeHealth {
  readonly probeMs: number;
  readonly conditions: readonly NodeCondition[];
  readonly lease: Lease | undefined;
}

/** What a look at a node found. */
export interface HealthCheck {
  readonly health: NodeHealth;
  /** The Ready condition before; Unknown when there was none. */
  readonly observed: NodeCondition;
  /** The Ready condition now. */
  readonly current: NodeCondition | undefined;
  /** The node with its status changed, when that has to be written. */
  readonly changed: Node | undefined;
}

/** Of `2006-01-02T15:04:05.000000Z`. */
const microTimeLength = 27;

/** The conditions that nobody vouches for once a node is not heard of. */
const checkedTypes = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'];

/** Looks at a node: a newer heartbeat in the status, or a renewed lease, is a sign of life. */
export function checkHealth(
  node: Node,
  lease: Lease | undefined,
  known: NodeHealth | undefined,
  settings: NodeLifecycleSettings & { readonly nowMs: number },
): HealthCheck {
  const { nowMs } = settings;
  const ready = findCondition(node.status?.conditions, 'Ready');
  const graceMs = ready === undefined ? settings.startupGraceMs : settings.graceMs;
  const observed = ready ?? neverReady(node);
  const health = withSignsOfLife(node, lease, known, nowMs);
  if (nowMs <= health.probeMs + graceMs) {
    return { health, observed, current: ready, changed: undefined };
  }
  const conditions = withUnknown(node, rfc3339(nowMs));
  const current = findCondition(conditions, 'Ready');
  if (deepEqual(current, observed)) return { health, observed, current, changed: undefined };
  return {
    health: { ...health, conditions, lease },
    observed,
    current,
    changed: { ...node, status: { ...node.status, conditions } },
  };
}

function neverReady({ metadata }: Node): NodeCondition {
  const time = metadata.creationTimestamp;
  const times = time && { lastHeartbeatTime: time, lastTransitionTime: time };
  return { type: 'Ready', status: 'Unknown', ...times };
}

function withSignsOfLife(
  node: Node,
  lease: Lease | undefined,
  known: NodeHealth | undefined,
  nowMs: number,
): NodeHealth {
  const conditions = node.status?.conditions ?? [];
  const ready = findCondition(conditions, 'Ready');
  const saved = known && findCondition(known.conditions, 'Ready');
  let health: NodeHealth;
  if (known === undefined) {
    const createdMs = timeMs(node.metadata.creationTimestamp) ?? nowMs;
    const probeMs = ready === undefined ? createdMs : nowMs;
    health = { probeMs, conditions, lease: undefined };
  } else {
    const isPosted = (ready === undefined) !== (saved === undefined);
    const isRenewed = ready?.lastHeartbeatTime !== saved?.lastHeartbeatTime;
    const isAlive = isPosted || isRenewed;
    health = isAlive
      ? { probeMs: nowMs, conditions, lease: undefined }
      : ready === undefined
        ? { ...known, conditions }
        : known;
  }
  if (lease === undefined || !isNewer(lease, known?.lease)) return health;
  return { probeMs: nowMs, conditions: health.conditions, lease };
}

/** What is known of a node whose status is as it was; a lease that was renewed is a sign of life. */
export function withLease(known: NodeHealth, lease: Lease | undefined, nowMs: number): NodeHealth {
  if (lease === undefined || !isNewer(lease, known.lease)) return known;
  return { probeMs: nowMs, conditions: known.conditions, lease };
}

function isNewer(lease: Lease, saved: Lease | undefined): boolean {
  if (lease === saved) return false;
  if (saved === undefined) return true;
  const [renewed, before] = [lease.spec?.renewTime, saved.spec?.renewTime];
  if (renewed === before) return false;
  if (isMicroTime(renewed) && isMicroTime(before)) return renewed > before;
  return (timeMs(renewed) ?? 0) > (timeMs(before) ?? 0);
}

/** Whether it is as most are: two of one length in UTC are in the order of their texts. */
function isMicroTime(time: string | null | undefined): time is string {
  return typeof time === 'string' && time.length === microTimeLength && time.endsWith('Z');
}

function withUnknown(node: Node, now: string): readonly NodeCondition[] {
  const conditions = [...(node.status?.conditions ?? [])];
  for (const type of checkedTypes) {
    const index = conditions.findIndex(condition => condition.type === type);
    const old = conditions[index];
    if (old === undefined) {
      const created = node.metadata.creationTimestamp;
      conditions.push({
        type,
        status: 'Unknown',
        ...(created !== undefined && { lastHeartbeatTime: created }),
        lastTransitionTime: now,
        reason: 'NodeStatusNeverUpdated',
        message: 'Kubelet never posted node status.',
      });
    } else if (old.status !== 'Unknown') {
      conditions[index] = {
        ...old,
        status: 'Unknown',
        lastTransitionTime: now,
        reason: 'NodeStatusUnknown',
        message: 'Kubelet stopped posting node status.',
      };
    }
  }
  return conditions;
}
