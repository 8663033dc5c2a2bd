/** What one pass over a Rollout knows and has decided. @upstream argo-rollouts rollout/context.go */
import { replicaSets, type ReplicaSet } from '../../api/kinds/apps.js';
import { rfc3339 } from '../../api/time.js';
import type { ControllerContext, View } from '../../client/contract.js';
import { keyOf } from '../../client/requests.js';
import type { AnalysisRun } from './analysis-types.js';
import type { CanarySets } from './canary-counts.js';
import { statusOf } from './defaults.js';
import { Pause, pauseConditionOf } from './pause.js';
import { findNewSet, findStableSet, isSame, leftMs, othersOf } from './replica-sets.js';
import type { Rollout, StatusDraft } from './types.js';

/** What a step that may fail says: why it did. */
export type Failure = string | undefined;

/** The analyses that belong to the present template. */
export interface CurrentRuns {
  readonly pre?: AnalysisRun;
  readonly post?: AnalysisRun;
  readonly step?: AnalysisRun;
  readonly background?: AnalysisRun;
}

/** The pass. */
export class RolloutState implements CanarySets {
  /** Whether the Rollout was written: the next pass sees what came of it. */
  hasWritten = false;
  newSet: ReplicaSet | undefined;
  stableSet: ReplicaSet | undefined;
  allSets: readonly ReplicaSet[];
  /** All but the new one. */
  older: readonly ReplicaSet[] = [];
  /** All but the new and the stable one. */
  others: readonly ReplicaSet[] = [];
  runs: CurrentRuns = {};
  otherRuns: readonly AnalysisRun[] = [];
  /** What of the next status is known before it is made. */
  readonly draft: StatusDraft;
  readonly pause: Pause;
  /** Whether the new set was about to be scaled down: who goes back to it goes fast. */
  readonly isNewSetStillUp: boolean;
  readonly nowMs: number;
  readonly now: string;

  constructor(
    public rollout: Rollout,
    readonly view: View,
    readonly context: ControllerContext,
  ) {
    this.nowMs = context.clock.now();
    this.now = rfc3339(this.nowMs);
    this.allSets = view.byIndex(replicaSets, 'owner', rollout.metadata.uid ?? '');
    this.sort(findNewSet(rollout, this.allSets));
    const { restartedAt, canary } = statusOf(rollout);
    this.draft = { canary: {}, blueGreen: {}, ...(restartedAt !== undefined && { restartedAt }) };
    if (canary?.weights !== undefined) this.draft.canary = { weights: canary.weights };
    this.pause = new Pause(rollout, this.nowMs);
    this.isNewSetStillUp =
      this.newSet !== undefined && leftMs(this.newSet, this.nowMs) !== undefined;
  }

  get namespace(): string {
    return this.rollout.metadata.namespace ?? '';
  }

  get name(): string {
    return this.rollout.metadata.name ?? '';
  }

  /** Puts the sets into their places. */
  sort(newSet: ReplicaSet | undefined): void {
    this.newSet = newSet;
    this.older = this.allSets.filter(set => !isSame(set, newSet));
    this.stableSet = findStableSet(this.rollout, newSet, this.older);
    this.others = othersOf(this.allSets, newSet, this.stableSet);
  }

  /** Looks again after so long. */
  again(afterMs: number): void {
    this.context.queue.addAfter(keyOf(this.rollout), Math.max(0, afterMs));
  }

  /** Tells an event. */
  tell(reason: string, message: string, type: 'Normal' | 'Warning' = 'Normal'): void {
    this.context.events.record({ regarding: this.rollout, type, reason, message });
  }

  /** Whether everything stands still. @upstream haltProgress */
  get isHalted(): boolean {
    return (
      this.rollout.spec.paused === true ||
      pauseConditionOf(this.rollout, 'InconclusiveAnalysisRun') !== undefined
    );
  }
}
