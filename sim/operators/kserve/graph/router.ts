/** The router of a graph: what its children are made from. @upstream kserve v0.20.0 pkg/controller/v1alpha1/inferencegraph/raw_ig.go */
import { goJson } from '../../../api/go-text.js';
import type { PodSpec } from '../../../api/kinds/core.js';
import { ownerReference } from '../../../api/meta.js';
import type { ComponentParts } from '../component-parts.js';
import type { Configuration } from '../configuration.js';
import { defaultPort, keys } from '../keys.js';
import { inferenceGraphs, type GraphNode, type GraphSpec, type InferenceGraph } from './types.js';

/** The parts of the router, of a graph whose services have been resolved. */
export function routerParts(graph: InferenceGraph, configuration: Configuration): ComponentParts {
  const { name = '', namespace = '', labels, annotations = {} } = graph.metadata;
  const { minReplicas, maxReplicas, scaleMetric, scaleTarget } = graph.spec;
  return {
    owner: graph,
    metadata: {
      name,
      namespace,
      labels: { ...labels, [keys.graph]: name },
      annotations,
      ownerReferences: [ownerReference(graph, inferenceGraphs)],
    },
    pod: routerPod(graph, configuration),
    extension: {
      ...(minReplicas !== undefined && { minReplicas }),
      ...(maxReplicas !== undefined && { maxReplicas }),
      ...(scaleMetric !== undefined && { scaleMetric }),
      ...(scaleTarget !== undefined && { scaleTarget }),
    },
    configuration,
  };
}

function routerPod({ metadata, spec }: InferenceGraph, { router }: Configuration): PodSpec {
  const { affinity, tolerations, nodeSelector, nodeName, serviceAccountName } = spec;
  const { headers, imagePullSecrets = [] } = router;
  const value = headers?.propagate?.join(',');
  return {
    containers: [
      {
        name: metadata.name ?? '',
        image: router.image,
        ...(router.imagePullPolicy !== undefined && { imagePullPolicy: router.imagePullPolicy }),
        args: ['--graph-json', graphJson(spec)],
        ...(value !== undefined && {
          env: [{ name: 'PROPAGATE_HEADERS', ...(value !== '' && { value }) }],
        }),
        resources: resourcesOf(spec, router),
        readinessProbe: {
          httpGet: { path: '/readyz', port: defaultPort, scheme: 'HTTP' },
          initialDelaySeconds: 5,
          timeoutSeconds: 2,
          periodSeconds: 5,
          successThreshold: 1,
          failureThreshold: 3,
        },
        securityContext: {
          privileged: false,
          runAsNonRoot: true,
          readOnlyRootFilesystem: true,
          allowPrivilegeEscalation: false,
          capabilities: { drop: ['ALL'] },
        },
      },
    ],
    automountServiceAccountToken: false,
    ...(affinity !== undefined && { affinity }),
    ...(tolerations !== undefined && { tolerations }),
    ...(imagePullSecrets.length > 0 && {
      imagePullSecrets: imagePullSecrets.map(name => ({ name })),
    }),
    ...(nodeSelector !== undefined && { nodeSelector }),
    ...(nodeName !== undefined && { nodeName }),
    ...(serviceAccountName !== undefined && { serviceAccountName }),
  };
}

function resourcesOf(
  { resources = {} }: GraphSpec,
  { cpuLimit, memoryLimit, cpuRequest, memoryRequest }: Configuration['router'],
) {
  const { limits, requests, claims } = resources;
  if (limits === undefined && requests === undefined && claims === undefined) {
    return {
      limits: { cpu: cpuLimit, memory: memoryLimit },
      requests: { cpu: cpuRequest, memory: memoryRequest },
    };
  }
  return { ...(limits !== undefined && { limits }), ...(requests !== undefined && { requests }) };
}

/** The spec as Go writes it: fields in the order of its structs, maps by key, what is empty left out. */
function graphJson(spec: GraphSpec): string {
  const nodes = Object.entries(spec.nodes).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return goJson({
    nodes: Object.fromEntries(nodes.map(([name, node]) => [name, ordered(node)])),
    resources: spec.resources ?? {},
    affinity: spec.affinity,
    timeout: spec.timeout,
    routerTimeouts: spec.routerTimeouts,
    minReplicas: spec.minReplicas,
    maxReplicas: spec.maxReplicas === 0 ? undefined : spec.maxReplicas,
    scaleTarget: spec.scaleTarget,
    scaleMetric: spec.scaleMetric,
    tolerations: spec.tolerations,
    nodeSelector: spec.nodeSelector,
    nodeName: spec.nodeName,
    serviceAccountName: spec.serviceAccountName,
  });
}

function ordered({ routerType, steps }: GraphNode): unknown {
  return {
    routerType,
    steps: (steps?.length === 0 ? undefined : steps)?.map(step => ({
      name: step.name || undefined,
      nodeName: step.nodeName || undefined,
      serviceName: step.serviceName || undefined,
      serviceUrl: step.serviceUrl || undefined,
      data: step.data || undefined,
      mapPredictionsToInstances: step.mapPredictionsToInstances || undefined,
      weight: step.weight,
      condition: step.condition || undefined,
      dependency: step.dependency || undefined,
    })),
  };
}
