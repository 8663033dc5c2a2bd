/** The fields of KubeSchedulerConfiguration v1 and of the arguments of its plug-ins. @upstream staging/src/k8s.io/kube-scheduler/config/v1/types.go */
import { extensionPoints } from '../../sim/scheduler/configuration.js';
import type { JsonSchema } from '../input/schema.js';

const text: JsonSchema = { type: 'string' };
const integer: JsonSchema = { type: 'integer' };
const flag: JsonSchema = { type: 'boolean' };

function object(properties: Readonly<Record<string, JsonSchema>>): JsonSchema {
  return { type: 'object', additionalProperties: false, properties };
}

function list(items: JsonSchema): JsonSchema {
  return { type: 'array', items };
}

const typed = { apiVersion: text, kind: text };
const pluginSet = object({
  enabled: list({ ...object({ name: text, weight: integer }), required: ['name'] }),
  disabled: list({ ...object({ name: text, weight: integer }), required: ['name'] }),
});

/** Extension points besides those that the simulated scheduler runs: their gates are off. */
export const gatedPoints: readonly string[] = ['placementGenerate', 'placementScore'];

const points = [...extensionPoints, 'multiPoint', ...gatedPoints];

const profile = object({
  schedulerName: text,
  percentageOfNodesToScore: integer,
  plugins: object(Object.fromEntries(points.map(point => [point, pluginSet]))),
  pluginConfig: list({ ...object({ name: text, args: { type: 'object' } }), required: ['name'] }),
});

const extender = object({
  urlPrefix: text,
  filterVerb: text,
  preemptVerb: text,
  prioritizeVerb: text,
  weight: integer,
  bindVerb: text,
  enableHTTPS: flag,
  tlsConfig: object({
    insecure: flag,
    serverName: text,
    certFile: text,
    keyFile: text,
    caFile: text,
    certData: text,
    keyData: text,
    caData: text,
  }),
  httpTimeout: text,
  nodeCacheCapable: flag,
  managedResources: list(object({ name: text, ignoredByScheduler: flag })),
  ignorable: flag,
});

/** The document. */
export const schedulerConfigSchema: JsonSchema = object({
  ...typed,
  parallelism: integer,
  leaderElection: object({
    leaderElect: flag,
    leaseDuration: text,
    renewDeadline: text,
    retryPeriod: text,
    resourceLock: text,
    resourceName: text,
    resourceNamespace: text,
  }),
  clientConnection: object({
    kubeconfig: text,
    acceptContentTypes: text,
    contentType: text,
    qps: { type: 'number' },
    burst: integer,
  }),
  enableProfiling: flag,
  enableContentionProfiling: flag,
  percentageOfNodesToScore: integer,
  podInitialBackoffSeconds: integer,
  podMaxBackoffSeconds: integer,
  profiles: list(profile),
  extenders: list(extender),
  delayCacheUntilActive: flag,
});

const weights = list(object({ name: text, weight: integer }));
const shape = list(object({ utilization: integer, score: integer }));
const constraint = object({
  maxSkew: integer,
  topologyKey: text,
  whenUnsatisfiable: text,
  labelSelector: { type: 'object' },
  minDomains: integer,
  nodeAffinityPolicy: text,
  nodeTaintsPolicy: text,
  matchLabelKeys: list(text),
});
const nodeAffinity = object({
  requiredDuringSchedulingIgnoredDuringExecution: { type: 'object' },
  preferredDuringSchedulingIgnoredDuringExecution: list({ type: 'object' }),
});

/** The arguments by plug-in. @upstream staging/src/k8s.io/kube-scheduler/config/v1/types_pluginargs.go */
export const pluginArgsSchemas: Readonly<Record<string, JsonSchema>> = {
  DefaultPreemption: object({
    ...typed,
    minCandidateNodesPercentage: integer,
    minCandidateNodesAbsolute: integer,
  }),
  DynamicResources: object({ ...typed, filterTimeout: text, bindingTimeout: text }),
  InterPodAffinity: object({
    ...typed,
    hardPodAffinityWeight: integer,
    ignorePreferredTermsOfExistingPods: flag,
  }),
  NodeAffinity: object({ ...typed, addedAffinity: nodeAffinity }),
  NodeResourcesBalancedAllocation: object({ ...typed, resources: weights }),
  NodeResourcesFit: object({
    ...typed,
    ignoredResources: list(text),
    ignoredResourceGroups: list(text),
    scoringStrategy: object({
      type: text,
      resources: weights,
      requestedToCapacityRatio: object({ shape }),
    }),
  }),
  PodTopologySpread: object({
    ...typed,
    defaultConstraints: list(constraint),
    defaultingType: text,
  }),
  VolumeBinding: object({ ...typed, bindTimeoutSeconds: integer, shape }),
};
