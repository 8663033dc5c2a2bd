/** The executor, which walks the graph. @upstream seldon-core v1.17.1 operator/controllers/seldondeployment_engine.go */
import { base64OfBytes } from '../../api/base64.js';
import { goJson } from '../../api/go-text.js';
import type { Container, Probe } from '../../api/kinds/core.js';
import { environment, executorResources } from './configuration.js';
import { componentDeployment, withPods, withSelector, type FullDeployment } from './deployment.js';
import {
  engineContainer,
  enginePorts,
  labels,
  metricsPath,
  orchestratorName,
  podinfo,
  predictorService,
} from './names.js';
import type { PredictiveUnit, PredictorSpec, SeldonDeployment } from './types.js';

/** The Deployment with the executor beside its containers. */
export function withEngine(
  deployment: FullDeployment,
  owner: SeldonDeployment,
  predictor: PredictorSpec,
): FullDeployment {
  const { spec: pods } = deployment.spec.template;
  if (pods.containers.some(({ name }) => name === engineContainer)) return deployment;
  const containers = [...pods.containers, engineOf(owner, predictor)];
  const { metadata } = deployment;
  const marked = {
    ...withPods(deployment, { ...pods, containers }),
    metadata: { ...metadata, labels: { ...metadata.labels, [labels.orchestrator]: 'true' } },
  };
  return withSelector(marked, labels.app, predictorService(owner, predictor));
}

/** The Deployment of an executor that has pods of its own. */
export function engineDeployment(
  owner: SeldonDeployment,
  predictor: PredictorSpec,
): FullDeployment {
  const name = orchestratorName(owner, predictor);
  const { replicas } = predictor.svcOrchSpec ?? {};
  const component = { spec: { containers: [] }, ...(replicas !== undefined && { replicas }) };
  return withEngine(componentDeployment(owner, predictor, component, name), owner, predictor);
}

function engineOf(owner: SeldonDeployment, predictor: PredictorSpec): Container {
  const { svcOrchSpec = {} } = predictor;
  const env = svcOrchSpec.env ?? [];
  const isTold = env.some(({ name }) => name === 'SELDON_LOG_MESSAGES_EXTERNALLY');
  return {
    name: engineContainer,
    image: environment.executorImage,
    args: argumentsOf(owner, predictor),
    imagePullPolicy: 'IfNotPresent',
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    volumeMounts: [podinfo],
    env: [
      { name: 'ENGINE_PREDICTOR', value: predictorText(predictor) },
      { name: 'REQUEST_LOGGER_DEFAULT_ENDPOINT', value: environment.loggerEndpoint },
      ...env,
      ...(isTold ? [] : [{ name: 'SELDON_LOG_MESSAGES_EXTERNALLY', value: 'false' }]),
    ],
    ports: [
      { containerPort: enginePorts.http, protocol: 'TCP' },
      { containerPort: enginePorts.http, name: 'metrics', protocol: 'TCP' },
      { containerPort: enginePorts.grpc, protocol: 'TCP' },
    ],
    readinessProbe: probe('/ready'),
    livenessProbe: probe('/live'),
    lifecycle: { preStop: { exec: { command: ['/bin/sh', '-c', '/bin/sleep 10'] } } },
    resources: svcOrchSpec.resources ?? executorResources,
    securityContext: { runAsUser: environment.executorUser },
  };
}

function argumentsOf({ metadata, spec }: SeldonDeployment, predictor: PredictorSpec) {
  const isGrpc = predictor.graph.endpoint?.type === 'GRPC';
  return [
    ...['--sdep', metadata.name ?? ''],
    ...['--namespace', metadata.namespace ?? ''],
    ...['--predictor', predictor.name],
    ...['--port', String(enginePorts.http)],
    ...['--grpc_port', String(enginePorts.grpc)],
    ...['--transport', spec.transport || (isGrpc ? 'grpc' : 'rest')],
    ...['--protocol', spec.protocol || 'seldon'],
    ...['--prometheus_path', metricsPath],
    ...['--server_type', spec.serverType || 'rpc'],
    ...['--log_work_buffer_size', '10000'],
    ...['--log_write_timeout_ms', '2000'],
  ];
}

function probe(path: string): Probe {
  return {
    httpGet: { path, port: enginePorts.http, scheme: 'HTTP' },
    ...{ initialDelaySeconds: 20, periodSeconds: 5 },
    ...{ failureThreshold: 3, successThreshold: 1, timeoutSeconds: 60 },
  };
}

/**
 * The predictor as the executor reads it: without its share of the traffic, which would roll out the pods
 * anew, and without what it does not need.
 */
function predictorText({ name, graph, labels: own, annotations }: PredictorSpec): string {
  const text = goJson({ name, graph: unitText(graph), annotations, labels: own });
  return base64OfBytes(new TextEncoder().encode(text));
}

/** Fields in the order of Go's struct. */
function unitText(unit: PredictiveUnit): object {
  const { name, children, type, implementation, methods, endpoint, parameters } = unit;
  return {
    name,
    ...(children?.length !== 0 && { children: children?.map(unitText) }),
    type,
    implementation,
    methods,
    endpoint,
    parameters,
    modelUri: unit.modelUri,
    logger: unit.logger,
  };
}
