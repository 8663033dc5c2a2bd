/** The names that Seldon Core gives to objects, labels and annotations. @upstream seldon-core v1.17.1 operator/apis/machinelearning.seldon.io/v1/seldondeployment_types.go */
import { md5 } from '../../engine/md5.js';
import type { ComponentSpec, PredictorSpec, SeldonDeployment } from './types.js';

/** Labels. */
export const labels = {
  id: 'seldon-deployment-id',
  app: 'seldon-app',
  appService: 'seldon-app-svc',
  orchestrator: 'seldon-deployment-contains-svcorch',
  controller: 'seldon.io/controller-id',
  managedBy: 'app.kubernetes.io/managed-by',
} as const;

/** Annotations. */
export const annotations = {
  separateEngine: 'seldon.io/engine-separate-pod',
  noEngine: 'seldon.io/no-engine',
  headless: 'seldon.io/headless-svc',
  serviceName: 'seldon.io/svc-name',
} as const;

/** The container that walks the graph. */
export const engineContainer = 'seldon-container-engine';
/** The container of TensorFlow Serving behind its proxy. */
export const tensorflowContainer = 'tfserving';

/** The volume that tells a pod of itself. */
export const podinfo = { name: 'podinfo', mountPath: '/etc/podinfo' } as const;
/** Where models lie. */
export const modelPath = '/mnt/models';

/** The ports of the executor. */
export const enginePorts = { http: 8000, grpc: 5001 } as const;
/** The path of metrics. */
export const metricsPath = '/prometheus';

const longest = 63;

function short(name: string): string {
  return name.length > longest ? `seldon-${md5(name)}` : name;
}

/** The name by which all that belongs to a SeldonDeployment is labelled. */
export function seldonId({ metadata }: SeldonDeployment): string {
  return short(metadata.name ?? '');
}

/** The Deployment of a component. */
export function deploymentName(
  owner: SeldonDeployment,
  predictor: PredictorSpec,
  component: ComponentSpec,
  index: number,
): string {
  const own = component.metadata?.name ?? '';
  const containers = component.spec.containers.map(({ name }) => name).join('-');
  const name = own === '' ? containers : own;
  return short(`${owner.metadata.name ?? ''}-${predictor.name}-${index}-${name}`);
}

/** The Deployment of an executor that has pods of its own. */
export function orchestratorName(owner: SeldonDeployment, predictor: PredictorSpec): string {
  return short(`${owner.metadata.name ?? ''}-${predictor.name}-svc-orch`);
}

/** The Service of a predictor. */
export function predictorService(owner: SeldonDeployment, predictor: PredictorSpec): string {
  const own = predictor.annotations?.[annotations.serviceName];
  return own ?? short(`${owner.metadata.name ?? ''}-${predictor.name}`);
}

/** The Service of a container. */
export function containerService(owner: string, predictor: string, container: string): string {
  return short(`${owner}-${predictor}-${container}`);
}
