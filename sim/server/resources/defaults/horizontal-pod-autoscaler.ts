/** The defaults of autoscalers. @upstream pkg/apis/autoscaling/v2/defaults.go */
import type {
  HorizontalPodAutoscaler,
  HPAScalingRules,
  MetricSpec,
} from '../../../api/kinds/autoscaling.js';
import { fill, within } from './fill.js';

/** What is measured when nothing is said: CPU, with this utilization as target. */
export const defaultMetrics: readonly MetricSpec[] = [
  {
    type: 'Resource',
    resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
  },
];

/** The rules for scaling up: double, or four more, every 15 seconds. */
export const scaleUpRules: HPAScalingRules = {
  stabilizationWindowSeconds: 0,
  selectPolicy: 'Max',
  policies: [
    { type: 'Pods', value: 4, periodSeconds: 15 },
    { type: 'Percent', value: 100, periodSeconds: 15 },
  ],
};

/** The rules for scaling down: as far as wanted; the controller's own window applies. */
export const scaleDownRules: HPAScalingRules = {
  selectPolicy: 'Max',
  policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
};

/** The defaults of an autoscaler. */
export function autoscalerDefaults(autoscaler: HorizontalPodAutoscaler): HorizontalPodAutoscaler {
  const noStatus = { currentMetrics: null as never, desiredReplicas: 0 };
  const filled = fill(autoscaler, { status: noStatus });
  return within(filled, 'spec', spec => {
    let result = fill(spec, { minReplicas: 1 });
    if ((result.metrics ?? []).length === 0) result = { ...result, metrics: defaultMetrics };
    return within(result, 'behavior', behaviorDefaults);
  });
}

type Behavior = NonNullable<NonNullable<HorizontalPodAutoscaler['spec']>['behavior']>;

function behaviorDefaults(behavior: Behavior): Behavior {
  const up = fill(behavior, { scaleUp: scaleUpRules, scaleDown: scaleDownRules });
  const withUp = within(up, 'scaleUp', rules => fill(rules, scaleUpRules));
  return within(withUp, 'scaleDown', rules => fill(rules, scaleDownRules));
}

/**
 * What becomes of a behavior of autoscaling/v1 when it is read back as v2 after it was checked: rules
 * without policies are left as they are, for the check refuses them.
 */
export function storedBehavior(behavior: Behavior): Behavior {
  const isWhole = [behavior.scaleUp, behavior.scaleDown].every(
    rules => rules === undefined || (rules.policies ?? []).length > 0,
  );
  return isWhole ? behaviorDefaults(behavior) : behavior;
}
