/**
 * What a Rollout may not say. Left out: what the API server will say of the template of its pods, and the
 * rules of header and mirror routes.
 * @upstream argo-rollouts pkg/apis/rollouts/validation/validation.go
 */
import { internalError, invalid, required, type FieldError } from '../../api/field-error.js';
import { selectorFromObject } from '../../api/selectors.js';
import { pauseSecondsOf } from './canary-steps.js';
import {
  blueGreenOf,
  boundDefault,
  canaryOf,
  deadlineSecondsOf,
  historyLimitOf,
  maxWeightOf,
  replicasOf,
} from './defaults.js';
import { isResolved } from './resolved.js';
import { stepErrors } from './step-validation.js';
import type { AntiAffinity, CanaryStrategy, Rollout } from './types.js';

type Errors = readonly FieldError[];

const spec = 'spec';
const strategy = `${spec}.strategy`;

/** All errors, in upstream's order. */
export function rolloutErrors(rollout: Rollout): Errors {
  return [
    ...notNegative(`${spec}.replicas`, replicasOf(rollout)),
    ...selectorErrors(rollout),
    ...templateErrors(rollout),
    ...notNegative(`${spec}.minReadySeconds`, rollout.spec.minReadySeconds ?? 0),
    ...notNegative(`${spec}.revisionHistoryLimit`, historyLimitOf(rollout)),
    ...notNegative(`${spec}.progressDeadlineSeconds`, deadlineSecondsOf(rollout)),
    ...deadlineErrors(rollout),
    ...strategyErrors(rollout),
  ];
}

function notNegative(path: string, value: number): Errors {
  return value < 0 ? [invalid(path, value, 'must be greater than or equal to 0')] : [];
}

function deadlineErrors(rollout: Rollout): Errors {
  const seconds = deadlineSecondsOf(rollout);
  return seconds <= (rollout.spec.minReadySeconds ?? 0)
    ? [invalid(`${spec}.progressDeadlineSeconds`, seconds, 'must be greater than minReadySeconds')]
    : [];
}

function selectorErrors({ spec: { selector, workloadRef } }: Rollout): Errors {
  const path = `${spec}.selector`;
  if (workloadRef !== undefined) return [];
  if (selector === undefined) {
    return [required(path, "Rollout has missing field '.spec.selector'")];
  }
  const { matchLabels = {}, matchExpressions = [] } = selector;
  return Object.keys(matchLabels).length + matchExpressions.length === 0
    ? [invalid(path, selector, 'empty selector is invalid for deployment')]
    : [];
}

function templateErrors(rollout: Rollout): Errors {
  const { selector, template, workloadRef } = rollout.spec;
  if (workloadRef !== undefined && !isResolved(rollout)) return [];
  const parsed = selectorFromObject(selector);
  if (!parsed.isOk) return [invalid(`${spec}.selector`, selector, 'invalid label selector')];
  const { labels = {} } = template?.metadata ?? {};
  const isEmpty = selector === undefined;
  return isEmpty || parsed.value.matches(labels)
    ? []
    : [
        invalid(
          `${spec}.template.metadata.labels`,
          labels,
          '`selector` does not match template `labels`',
        ),
      ];
}

function strategyErrors(rollout: Rollout): Errors {
  const path = `${strategy}.strategy`;
  const [canary, blueGreen] = [canaryOf(rollout), blueGreenOf(rollout)];
  if (canary === undefined && blueGreen === undefined) {
    const missing = '.spec.strategy.canary or .spec.strategy.blueGreen';
    return [required(path, `Rollout has missing field '${missing}'`)];
  }
  if (canary !== undefined && blueGreen !== undefined) {
    const told = 'blueGreen: true canary: true';
    return [invalid(path, told, 'Multiple Strategies can not be listed')];
  }
  return canary === undefined ? blueGreenErrors(rollout) : canaryErrors(rollout, canary);
}

function blueGreenErrors(rollout: Rollout): Errors {
  const {
    activeService = '',
    previewService = '',
    scaleDownDelayRevisionLimit: limit,
    antiAffinity,
  } = blueGreenOf(rollout) ?? {};
  return [
    ...(activeService === previewService
      ? [
          invalid(
            `${strategy}.activeService`,
            activeService,
            'This rollout uses the same service for the active and preview services, but two different services are required.',
          ),
        ]
      : []),
    ...(limit !== undefined && historyLimitOf(rollout) < limit
      ? [
          invalid(
            `${strategy}.scaleDownDelayRevisionLimit`,
            limit,
            "This rollout's revision history limit can not be smaller than the rollout's scale down limit",
          ),
        ]
      : []),
    ...affinityErrors(antiAffinity),
  ];
}

function canaryErrors(rollout: Rollout, canary: CanaryStrategy): Errors {
  const { canaryService = '', stableService = '' } = canary;
  const isShared = canaryService !== '' && canaryService === stableService;
  return [
    ...boundErrors(canary),
    ...(isShared
      ? [
          invalid(
            `${strategy}.stableService`,
            stableService,
            'This rollout uses the same service for the stable and canary services, but two different services are required.',
          ),
        ]
      : []),
    ...serviceErrors(canary),
    ...routingErrors(canary),
    ...(canary.steps ?? []).flatMap((step, index) =>
      stepErrors(canary, step, {
        path: `${strategy}.steps[${index}]`,
        strategy,
        weightMax: maxWeightOf(rollout),
        pauseSeconds: pauseSecondsOf(step),
      }),
    ),
    ...affinityErrors(canary.antiAffinity),
  ];
}

function boundErrors({ maxSurge, maxUnavailable = boundDefault }: CanaryStrategy): Errors {
  const amount = (value: number | string): number => {
    if (typeof value === 'number') return value;
    const digits = value.replace(/%$/, '');
    return /^-?\d+$/.test(digits) ? Number(digits) : 0;
  };
  const isNone = amount(maxSurge ?? boundDefault) === 0 && amount(maxUnavailable) === 0;
  return isNone
    ? [
        invalid(
          `${strategy}.maxSurge`,
          maxSurge ?? boundDefault,
          'MaxSurge and MaxUnavailable both can not be zero',
        ),
      ]
    : [];
}

const needServices = ['smi', 'apisix', 'ambassador', 'nginx', 'appMesh', 'traefik'];

/** @upstream requireCanaryStableServices */
function serviceErrors(canary: CanaryStrategy): Errors {
  const { trafficRouting, pingPong, canaryService = '', stableService = '' } = canary;
  if (trafficRouting === undefined) return [];
  const { istio } = trafficRouting;
  const needs =
    (pingPong === undefined &&
      (trafficRouting['alb'] !== undefined ||
        (istio !== undefined && istio.destinationRule === undefined))) ||
    needServices.some(name => trafficRouting[name] !== undefined);
  if (!needs) return [];
  const message = 'Canary service and Stable service must to be set to use Traffic Routing';
  return [
    ...(stableService === '' ? [invalid(`${strategy}.stableService`, '', message)] : []),
    ...(canaryService === '' ? [invalid(`${strategy}.canaryService`, '', message)] : []),
  ];
}

function routingErrors(canary: CanaryStrategy): Errors {
  const { trafficRouting, scaleDownDelaySeconds: seconds, dynamicStableScale } = canary;
  const [delayPath, dynamicPath] = ['scaleDownDelaySeconds', 'dynamicStableScale'].map(
    name => `${strategy}.${name}`,
  ) as [string, string];
  const isDynamic = dynamicStableScale === true;
  if (trafficRouting === undefined) {
    return [
      ...(seconds === undefined
        ? []
        : [
            invalid(
              delayPath,
              seconds,
              'Canary scaleDownDelaySeconds can only be used with traffic routing',
            ),
          ]),
      ...(isDynamic
        ? [
            invalid(
              dynamicPath,
              true,
              'Canary dynamicStableScale can only be used with traffic routing',
            ),
          ]
        : []),
    ];
  }
  const { maxTrafficWeight, nginx, plugins } = trafficRouting;
  return [
    ...(seconds !== undefined && isDynamic
      ? [
          invalid(
            dynamicPath,
            true,
            'Canary dynamicStableScale cannot be used with scaleDownDelaySeconds',
          ),
        ]
      : []),
    ...(maxTrafficWeight !== undefined && nginx === undefined && plugins === undefined
      ? [
          invalid(
            `${strategy}.trafficRouting.maxTrafficWeight`,
            maxTrafficWeight,
            'Canary maxTrafficWeight in traffic routing only supported in Nginx and Plugins',
          ),
        ]
      : []),
  ];
}

function affinityErrors(rule: AntiAffinity | undefined): Errors {
  if (rule === undefined) return [];
  const path = `${strategy}.antiAffinity`;
  const preferred = rule.preferredDuringSchedulingIgnoredDuringExecution;
  const isRequired = rule.requiredDuringSchedulingIgnoredDuringExecution !== undefined;
  const isPreferred = preferred !== undefined;
  const told = `antiAffinity.PreferredDuringSchedulingIgnoredDuringExecution: ${isPreferred} antiAffinity.RequiredDuringSchedulingIgnoredDuringExecution: ${isRequired}`;
  return [
    ...(isPreferred === isRequired
      ? [invalid(path, told, 'AntiAffinity must have exactly one strategy listed')]
      : []),
    ...(preferred !== undefined && (preferred.weight < 1 || preferred.weight > 100)
      ? [invalid(`${path}.weight`, preferred.weight, 'AntiAffinity weight must be between 1-100')]
      : []),
  ];
}

/** Either one VirtualService or several. @upstream ValidateRolloutVirtualServicesConfig */
export function virtualServiceErrors(rollout: Rollout): Errors {
  const { istio } = canaryOf(rollout)?.trafficRouting ?? {};
  if (istio === undefined) return [];
  const hasSeveral = istio.virtualServices !== undefined;
  return hasSeveral === (istio.virtualService !== undefined)
    ? [
        internalError(
          `${strategy}.canary.trafficRouting.istio`,
          'either VirtualService or VirtualServices must be configured',
        ),
      ]
    : [];
}
