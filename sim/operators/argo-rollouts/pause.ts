/** Why a Rollout waits, and whether it is aborted. @upstream argo-rollouts rollout/pause.go */
import { rfc3339, timeMs } from '../../api/time.js';
import { pauseSecondsOf } from './canary-steps.js';
import { blueGreenOf, statusOf } from './defaults.js';
import type { CanaryStep, PauseCondition, PauseReason, Rollout, StatusDraft } from './types.js';

/** The condition with this reason. */
export function pauseConditionOf(
  rollout: Rollout,
  reason: PauseReason,
): PauseCondition | undefined {
  return statusOf(rollout).pauseConditions?.find(condition => condition.reason === reason);
}

/** When so much time has passed since the condition came. */
export function endMs({ startTime }: PauseCondition, seconds: number): number {
  return (timeMs(startTime) ?? 0) + seconds * 1000;
}

/** What one pass decides. */
export class Pause {
  abortMessage = '';
  private readonly added: PauseReason[] = [];
  private readonly removed = new Set<PauseReason>();
  private isCleared = false;
  private isAbortAdded = false;
  private isAbortRemoved = false;

  constructor(
    private readonly rollout: Rollout,
    private readonly nowMs: number,
  ) {}

  get hasAdded(): boolean {
    return this.added.length > 0;
  }

  get isAborted(): boolean {
    if (this.isAbortRemoved) return false;
    return this.isAbortAdded || statusOf(this.rollout).abort === true;
  }

  abort(message: string): void {
    this.isAbortAdded = true;
    this.abortMessage = message;
  }

  removeAbort(): void {
    this.isAbortRemoved = true;
  }

  add(reason: PauseReason): void {
    this.added.push(reason);
  }

  remove(reason: PauseReason): void {
    this.removed.add(reason);
  }

  clear(): void {
    this.isCleared = true;
  }

  /** Puts it all into the status. @upstream CalculatePauseStatus */
  tell(status: StatusDraft): void {
    const { abort, abortedAt, controllerPause = false } = statusOf(this.rollout);
    delete status.abort;
    delete status.abortedAt;
    if (this.isAbortAdded || (!this.isAbortRemoved && abort === true)) {
      status.abort = true;
      status.abortedAt = abortedAt ?? rfc3339(this.nowMs);
      return;
    }
    if (this.isCleared) return;
    const known = statusOf(this.rollout).pauseConditions ?? [];
    const kept = known.filter(({ reason }) => !this.removed.has(reason));
    const fresh = this.added.filter(one => known.every(({ reason }) => reason !== one));
    const startTime = rfc3339(this.nowMs);
    const conditions = [...kept, ...fresh.map(reason => ({ reason, startTime }))];
    if (conditions.length === 0) return;
    status.controllerPause = controllerPause || fresh.length > 0;
    status.pauseConditions = conditions;
  }

  /** Whether somebody went on, or the time is over. Upstream's clock is past the second by then; here it may be at it. */
  hasPassedStep(step: CanaryStep): boolean {
    const condition = pauseConditionOf(this.rollout, 'CanaryPauseStep');
    if (condition === undefined) return statusOf(this.rollout).controllerPause === true;
    const seconds = pauseSecondsOf(step);
    return seconds !== undefined && this.nowMs >= endMs(condition, seconds);
  }

  /** Whether the new template may become the active one. @upstream CompletedBlueGreenPause */
  hasPassedBlueGreen(): boolean {
    const { autoPromotionEnabled = true, autoPromotionSeconds = 0 } =
      blueGreenOf(this.rollout) ?? {};
    const condition = pauseConditionOf(this.rollout, 'BlueGreenPause');
    const { blueGreen, controllerPause } = statusOf(this.rollout);
    if (this.hasAdded) return false;
    if (blueGreen?.scaleUpPreviewCheckPoint === true) return true;
    if (!autoPromotionEnabled) return controllerPause === true && condition === undefined;
    if (autoPromotionSeconds === 0) return true;
    return condition !== undefined && this.nowMs >= endMs(condition, autoPromotionSeconds);
  }
}
