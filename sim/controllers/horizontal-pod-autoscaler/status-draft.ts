/** The status of an autoscaler as a pass changes it; it is written once, and only if it differs. */
import { deepEqual } from '../../api/equality.js';
import {
  horizontalPodAutoscalers,
  type HorizontalPodAutoscaler,
  type HorizontalPodAutoscalerCondition,
  type HorizontalPodAutoscalerStatus,
} from '../../api/kinds/autoscaling.js';
import { withoutCondition } from '../../api/meta.js';
import { rfc3339 } from '../../api/time.js';
import type { ControllerContext, Reconciliation } from '../../client/contract.js';
import { call, update } from '../../client/requests.js';
import { withConditionSet } from './conditions.js';
import type { ConditionValue } from './normalize.js';

/** Gathers what a pass finds out about its autoscaler. */
export class StatusDraft {
  private conditions: readonly HorizontalPodAutoscalerCondition[];
  private status: HorizontalPodAutoscalerStatus;

  constructor(
    readonly autoscaler: HorizontalPodAutoscaler,
    private readonly context: Pick<ControllerContext, 'clock' | 'events'>,
  ) {
    this.status = autoscaler.status ?? { desiredReplicas: 0 };
    this.conditions = this.status.conditions ?? [];
  }

  set(condition: ConditionValue): void {
    this.conditions = withConditionSet(this.conditions, condition, this.context.clock.now());
  }

  remove(type: string): void {
    this.conditions = withoutCondition(this.conditions, type);
  }

  /** Sets the numbers; the desired one stays when it is not given. observedGeneration is dropped, as upstream does. */
  setReplicas(of: {
    readonly current: number;
    readonly desired?: number;
    readonly metrics: HorizontalPodAutoscalerStatus['currentMetrics'];
    readonly isRescaled?: boolean;
  }): void {
    const { desiredReplicas, lastScaleTime } = this.status;
    const scaleTime = of.isRescaled === true ? rfc3339(this.context.clock.now()) : lastScaleTime;
    this.status = {
      ...(scaleTime === undefined ? {} : { lastScaleTime: scaleTime }),
      ...(of.current === 0 ? {} : { currentReplicas: of.current }),
      desiredReplicas: of.desired ?? desiredReplicas,
      ...(of.metrics === undefined ? {} : { currentMetrics: of.metrics }),
    };
  }

  event(type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.context.events.record({ regarding: this.autoscaler, type, reason, message });
  }

  /** Writes the status if it differs from the one that was read. */
  *write(): Reconciliation<void> {
    const { conditions } = this;
    const status = conditions.length === 0 ? this.status : { ...this.status, conditions };
    if (deepEqual(status, withoutEmpty(this.autoscaler.status))) return;
    const written = { ...this.autoscaler, status };
    const answer = yield* call(update(horizontalPodAutoscalers, written, 'status'));
    if (!answer.isOk) this.event('Warning', 'FailedUpdateStatus', answer.message);
  }
}

/** The server may tell 0 and null for what this controller leaves out. */
function withoutEmpty(
  status: HorizontalPodAutoscalerStatus | undefined,
): HorizontalPodAutoscalerStatus | undefined {
  if (status === undefined) return undefined;
  const { currentReplicas, currentMetrics, ...rest } = status;
  return {
    ...rest,
    ...(currentReplicas ? { currentReplicas } : {}),
    ...(currentMetrics ? { currentMetrics } : {}),
  };
}
