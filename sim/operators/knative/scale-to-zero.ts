/** When a revision that gets no requests loses its last pod. @upstream knative/serving v1.22.1 pkg/reconciler/autoscaling/kpa/scaler.go */
import { parseDuration } from '../../api/duration.js';
import { endpoints } from '../../api/kinds/core.js';
import { timeMs } from '../../api/time.js';
import type { Draft } from './draft.js';
import { keys, systemNamespace } from './keys.js';
import { burstCapacityOf, durationIn, stableWindowOf } from './scale-spec.js';
import type { KnativeSettings } from './settings.js';
import type { PodAutoscalerObject, PodAutoscalerStatus, ServerlessService } from './types.js';

type Pass = Draft<PodAutoscalerStatus, PodAutoscalerObject>;

/** How many it is scaled to, and whether that is done now. */
export interface ScaleStep {
  /** -1: not known. */
  readonly scale: number;
  readonly isApplied: boolean;
}

const activationBufferMs = 30_000;
const proxyLookMs = 3000;
/** How soon it is looked again whether the activator stands behind the Service. */
const probeMs = 1000;

/** The step towards a wanted scale, which for 0 is a way of several. */
export function stepTo(
  wanted: number,
  draft: Pass,
  sks: ServerlessService,
  settings: KnativeSettings,
): ScaleStep {
  if (wanted !== 0) return { scale: wanted, isApplied: true };
  if (!settings.autoscaler.enablesScaleToZero) return { scale: 1, isApplied: true };
  const active = draft.conditions.get('Active');
  const sinceMs = draft.nowMs - (timeMs(active?.lastTransitionTime) ?? draft.nowMs);
  if (active?.status === 'Unknown') return activating(draft, sinceMs, settings);
  if (active?.status === 'True') return stillActive(draft, sinceMs, sks, settings);
  return inactive(draft, sinceMs, sks, settings);
}

function activating(draft: Pass, sinceMs: number, { deployment }: KnativeSettings): ScaleStep {
  const own = parseDuration(draft.object.metadata.annotations?.[keys.progressDeadline] ?? '');
  const deadlineMs = own.isOk ? own.value / 1e6 : deployment.progressDeadlineMs;
  const timeoutMs = deadlineMs + activationBufferMs;
  if (sinceMs > timeoutMs) return { scale: 0, isApplied: true };
  draft.lookAgain(timeoutMs);
  return { scale: -1, isApplied: false };
}

function stillActive(
  draft: Pass,
  sinceMs: number,
  sks: ServerlessService,
  { autoscaler }: KnativeSettings,
): ScaleStep {
  const windowMs = stableWindowOf(draft.object, autoscaler);
  if (sinceMs < windowMs) {
    draft.lookAgain(windowMs - sinceMs);
    return { scale: 1, isApplied: true };
  }
  if (sks.spec.mode === 'Proxy') draft.lookAgain(proxyLookMs);
  return { scale: 0, isApplied: false };
}

function inactive(
  draft: Pass,
  sinceMs: number,
  sks: ServerlessService,
  { autoscaler }: KnativeSettings,
): ScaleStep {
  const waits: ScaleStep = { scale: 0, isApplied: false };
  const now: ScaleStep = { scale: 0, isApplied: true };
  if (burstCapacityOf(draft.object, autoscaler) !== -1 && !isBehindActivator(draft)) {
    draft.lookAgain(probeMs);
    return waits;
  }
  const retentionMs = retentionOf(draft.object, autoscaler.podRetentionMs);
  if (sinceMs >= Math.max(autoscaler.scaleToZeroGraceMs, retentionMs)) return now;
  if (retentionMs > 0 && sinceMs < retentionMs) {
    draft.lookAgain(retentionMs - sinceMs);
    return waits;
  }
  const leftMs = autoscaler.scaleToZeroGraceMs - proxyingFor(sks, draft.nowMs);
  if (leftMs <= 0) return now;
  draft.lookAgain(leftMs);
  return waits;
}

/** Upstream asks the public Service who answers; here its endpoints say the same. */
function isBehindActivator({ view, namespace, status }: Pass): boolean {
  const name = status.serviceName ?? '';
  const addresses = (of: string, called: string): readonly string[] =>
    (view.get(endpoints, of, called)?.subsets ?? []).flatMap(subset =>
      (subset.addresses ?? []).map(({ ip }) => ip),
    );
  const activators = addresses(systemNamespace, 'activator-service');
  const own = name === '' ? [] : addresses(namespace, name);
  return own.length > 0 && own.every(ip => activators.includes(ip));
}

function retentionOf(autoscaler: PodAutoscalerObject, byDefaultMs: number): number {
  if (autoscaler.spec.reachability === 'Unreachable') return 0;
  return durationIn(autoscaler, 'podRetention') ?? byDefaultMs;
}

function proxyingFor({ status }: ServerlessService, nowMs: number): number {
  const proxying = status?.conditions?.find(({ type }) => type === 'ActivatorEndpointsPopulated');
  if (proxying?.status !== 'True') return 0;
  return nowMs - (timeMs(proxying.lastTransitionTime) ?? nowMs);
}
