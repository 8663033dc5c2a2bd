/** The labels, annotations, names and ports of Knative. @upstream knative/serving v1.22.1 pkg/apis/serving/register.go, pkg/apis/autoscaling/register.go, pkg/networking/constants.go */

/** Where Knative is installed. */
export const systemNamespace = 'knative-serving';
/** Where its gateway is. */
export const gatewayNamespace = 'kourier-system';

const serving = 'serving.knative.dev';
const autoscaling = 'autoscaling.knative.dev';

/** The keys. */
export const keys = {
  configuration: `${serving}/configuration`,
  configurationGeneration: `${serving}/configurationGeneration`,
  configurationUid: `${serving}/configurationUID`,
  creator: `${serving}/creator`,
  deploymentHash: `${serving}/deployment-hash`,
  updater: `${serving}/lastModifier`,
  noGc: `${serving}/no-gc`,
  lastPinned: `${serving}/lastPinned`,
  progressDeadline: `${serving}/progress-deadline`,
  revision: `${serving}/revision`,
  revisionUid: `${serving}/revisionUID`,
  rolloutDuration: `${serving}/rollout-duration`,
  route: `${serving}/route`,
  routeNamespace: `${serving}/routeNamespace`,
  routes: `${serving}/routes`,
  routingState: `${serving}/routingState`,
  routingStateModified: `${serving}/routingStateModified`,
  service: `${serving}/service`,
  serviceUid: `${serving}/serviceUID`,
  lastApplied: 'kubectl.kubernetes.io/last-applied-configuration',
  defaultContainer: 'kubectl.kubernetes.io/default-container',
  autoscalingPrefix: autoscaling,
  class: `${autoscaling}/class`,
  metric: `${autoscaling}/metric`,
  ingressClass: 'networking.knative.dev/ingress.class',
  rollout: 'networking.internal.knative.dev/rollout',
  tagToHost: 'networking.internal.knative.dev/tag-to-host',
  serverlessService: 'networking.internal.knative.dev/serverlessservice',
  serviceType: 'networking.internal.knative.dev/serviceType',
  visibility: 'networking.knative.dev/visibility',
} as const;

/** The annotations of autoscaling by their short names: each may be spelt in two ways. */
export const scaleKeys = {
  minScale: ['min-scale', 'minScale'],
  maxScale: ['max-scale', 'maxScale'],
  initialScale: ['initial-scale', 'initialScale'],
  activationScale: ['activation-scale'],
  target: ['target'],
  targetUtilization: ['target-utilization-percentage', 'targetUtilizationPercentage'],
  targetBurstCapacity: ['target-burst-capacity', 'targetBurstCapacity'],
  window: ['window'],
  panicWindow: ['panic-window-percentage', 'panicWindowPercentage'],
  panicThreshold: ['panic-threshold-percentage', 'panicThresholdPercentage'],
  scaleDownDelay: ['scale-down-delay', 'scaleDownDelay'],
  podRetention: ['scale-to-zero-pod-retention-period', 'scaleToZeroPodRetentionPeriod'],
  algorithm: ['metric-aggregation-algorithm', 'metricAggregationAlgorithm'],
} as const;

/** An annotation of autoscaling. */
export type ScaleKey = keyof typeof scaleKeys;

/** The annotation as it is spelt here, and its value; undefined: it is not there. */
export function scaleAnnotation(
  annotations: Readonly<Record<string, string>> | undefined,
  name: ScaleKey,
): { readonly key: string; readonly value: string } | undefined {
  for (const spelling of scaleKeys[name]) {
    const key = `${autoscaling}/${spelling}`;
    const value = annotations?.[key];
    if (value !== undefined) return { key, value };
  }
  return undefined;
}

/** The classes of autoscalers. */
export const classes = {
  kpa: `kpa.${autoscaling}`,
  hpa: `hpa.${autoscaling}`,
} as const;

/** The ports of the side-car and of the activator. */
export const ports = {
  http: 8012,
  http2: 8013,
  admin: 8022,
  https: 8112,
  autoscaling: 9090,
  userMetrics: 9091,
  user: 8080,
} as const;
