/** The schema of Rollouts. @upstream argo-rollouts manifests/crds/rollout-crd.yaml */
import { int32, mapOf, object, text } from '../crd/schema-parts.js';
import { schemaOf, type Schema } from '../crd/schema-of.js';

const flag: Schema = { type: 'boolean' };
const int64: Schema = { type: 'integer', format: 'int64' };
const time: Schema = { ...text, format: 'date-time' };
const texts: Schema = { type: 'array', items: text };
const anything: Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
const intOrString: Schema = {
  anyOf: [{ type: 'integer' }, { type: 'string' }],
  'x-kubernetes-int-or-string': true,
};
const podMetadata = object({ annotations: mapOf(text), labels: mapOf(text) });

function list(items: Schema): Schema {
  return { type: 'array', items };
}

/** References to templates. */
export const templateRefs = list(object({ clusterScope: flag, templateName: text }));
/** Metrics of which something is not to count. */
export const dryRuns = list(object({ metricName: text }, ['metricName']));
/** How many measurements are kept. */
export const retentions = list(object({ limit: int32, metricName: text }, ['limit', 'metricName']));

function analysis(more: Readonly<Record<string, Schema>> = {}): Schema {
  const argument = object(
    {
      name: text,
      value: text,
      valueFrom: object({
        fieldRef: object({ fieldPath: text }, ['fieldPath']),
        podTemplateHashValue: text,
      }),
    },
    ['name'],
  );
  return object({
    analysisRunMetadata: podMetadata,
    args: list(argument),
    dryRun: dryRuns,
    measurementRetention: retentions,
    templates: templateRefs,
    ...more,
  });
}

const antiAffinity = object({
  preferredDuringSchedulingIgnoredDuringExecution: object({ weight: int32 }, ['weight']),
  requiredDuringSchedulingIgnoredDuringExecution: { type: 'object' },
});

function blueGreen(): Schema {
  return object(
    {
      abortScaleDownDelaySeconds: int32,
      activeMetadata: podMetadata,
      activeService: text,
      antiAffinity,
      autoPromotionEnabled: flag,
      autoPromotionSeconds: int32,
      maxUnavailable: intOrString,
      postPromotionAnalysis: analysis(),
      prePromotionAnalysis: analysis(),
      previewMetadata: podMetadata,
      previewReplicaCount: int32,
      previewService: text,
      scaleDownDelayRevisionLimit: int32,
      scaleDownDelaySeconds: int32,
    },
    ['activeService'],
  );
}

const stringMatch = object({ exact: text, prefix: text, regex: text });

function step(): Schema {
  const match = object({ headerName: text, headerValue: stringMatch }, [
    'headerName',
    'headerValue',
  ]);
  const mirrored = object({
    headers: mapOf(stringMatch),
    method: stringMatch,
    path: stringMatch,
  });
  return object({
    analysis: analysis(),
    experiment: anything,
    pause: object({ duration: intOrString }),
    plugin: object({ config: anything, name: text }, ['name']),
    setCanaryScale: object({ matchTrafficWeight: flag, replicas: int32, weight: int32 }),
    setHeaderRoute: object({ match: list(match), name: text }),
    setMirrorRoute: object({ match: list(mirrored), name: text, percentage: int32 }, ['name']),
    setWeight: int32,
  });
}

function virtualService(): Schema {
  return object(
    {
      name: text,
      routes: texts,
      tcpRoutes: list(object({ port: int64 })),
      tlsRoutes: list(object({ port: int64, sniHosts: texts })),
    },
    ['name'],
  );
}

function trafficRouting(): Schema {
  const node = object({ name: text }, ['name']);
  const rule = object(
    {
      additionalSubsetNames: texts,
      canarySubsetName: text,
      name: text,
      stableSubsetName: text,
    },
    ['canarySubsetName', 'name', 'stableSubsetName'],
  );
  return object({
    alb: object(
      {
        annotationPrefix: text,
        ingress: text,
        ingresses: texts,
        rootService: text,
        servicePort: int32,
        stickinessConfig: object({ durationSeconds: int64, enabled: flag }, [
          'durationSeconds',
          'enabled',
        ]),
      },
      ['servicePort'],
    ),
    ambassador: object({ mappings: texts }, ['mappings']),
    apisix: object({ route: object({ name: text, rules: texts }, ['name']) }),
    appMesh: object({
      virtualNodeGroup: object({ canaryVirtualNodeRef: node, stableVirtualNodeRef: node }, [
        'canaryVirtualNodeRef',
        'stableVirtualNodeRef',
      ]),
      virtualService: object({ name: text, routes: texts }, ['name']),
    }),
    istio: object({
      destinationRule: rule,
      virtualService: virtualService(),
      virtualServices: list(virtualService()),
    }),
    managedRoutes: list(node),
    maxTrafficWeight: int32,
    nginx: object({
      additionalIngressAnnotations: mapOf(text),
      annotationPrefix: text,
      canaryIngressAnnotations: mapOf(text),
      stableIngress: text,
      stableIngresses: texts,
    }),
    plugins: anything,
    smi: object({ rootService: text, trafficSplitName: text }),
    traefik: object({ weightedTraefikServiceName: text }, ['weightedTraefikServiceName']),
  });
}

function canary(): Schema {
  return object({
    abortScaleDownDelaySeconds: int32,
    analysis: analysis({ startingStep: int32 }),
    antiAffinity,
    canaryMetadata: podMetadata,
    canaryService: text,
    dynamicStableScale: flag,
    maxSurge: intOrString,
    maxUnavailable: intOrString,
    minPodsPerReplicaSet: int32,
    pingPong: object({ pingService: text, pongService: text }, ['pingService', 'pongService']),
    replicaProgressThreshold: object({ type: text, value: int32 }, ['type', 'value']),
    scaleDownDelayRevisionLimit: int32,
    scaleDownDelaySeconds: int32,
    stableMetadata: podMetadata,
    stableService: text,
    steps: list(step()),
    trafficRouting: trafficRouting(),
  });
}

/** The spec. */
export function rolloutSchema(): Schema {
  return object({
    analysis: object({ successfulRunHistoryLimit: int32, unsuccessfulRunHistoryLimit: int32 }),
    minReadySeconds: int32,
    paused: flag,
    progressDeadlineAbort: flag,
    progressDeadlineSeconds: int32,
    replicas: int32,
    restartAt: time,
    revisionHistoryLimit: int32,
    rollbackWindow: object({ revisions: int32 }),
    selector: schemaOf('meta/v1.LabelSelector'),
    strategy: object({ blueGreen: blueGreen(), canary: canary() }),
    template: schemaOf('core/v1.PodTemplateSpec'),
    workloadRef: object({ apiVersion: text, kind: text, name: text, scaleDown: text }),
  });
}

/** The status. */
export function rolloutStatusSchema(): Schema {
  const run = object({ message: text, name: text, status: text }, ['name', 'status']);
  const weight = object({ podTemplateHash: text, serviceName: text, weight: int32 }, ['weight']);
  const names = ['lastTransitionTime', 'lastUpdateTime', 'message', 'reason', 'status', 'type'];
  const condition = object(
    Object.fromEntries(names.map(name => [name, name.endsWith('Time') ? time : text])),
    names,
  );
  return object({
    HPAReplicas: int32,
    abort: flag,
    abortedAt: time,
    availableReplicas: int32,
    blueGreen: object({
      activeSelector: text,
      postPromotionAnalysisRunStatus: run,
      prePromotionAnalysisRunStatus: run,
      previewSelector: text,
      scaleUpPreviewCheckPoint: flag,
    }),
    canary: object({
      currentBackgroundAnalysisRunStatus: run,
      currentExperiment: text,
      currentStepAnalysisRunStatus: run,
      stablePingPong: text,
      weights: object(
        { additional: list(weight), canary: weight, stable: weight, verified: flag },
        ['canary', 'stable'],
      ),
    }),
    collisionCount: int32,
    conditions: list(condition),
    controllerPause: flag,
    currentPodHash: text,
    currentStepHash: text,
    currentStepIndex: int32,
    message: text,
    observedGeneration: text,
    pauseConditions: list(object({ reason: text, startTime: time }, ['reason', 'startTime'])),
    phase: text,
    promoteFull: flag,
    readyReplicas: int32,
    replicas: int32,
    restartedAt: time,
    selector: text,
    stableRS: text,
    updatedReplicas: int32,
    workloadObservedGeneration: text,
  });
}
