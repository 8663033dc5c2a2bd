/** Which requests come to a model that KServe serves: the Service of its predictor is the operator's, and in no manifest. */
import type { Container } from '../../../sim/api/kinds/core.js';
import type { KubeObject } from '../../../sim/api/object.js';
import { keys, predictorName } from '../../../sim/operators/kserve/keys.js';
import type { Demand } from './derived-traffic.js';

interface Model extends KubeObject {
  readonly spec?: { readonly predictor?: Predictor };
}

interface Predictor {
  readonly name?: string;
  readonly minReplicas?: number;
  readonly maxReplicas?: number;
  readonly model?: Partial<Container>;
  readonly containers?: readonly Partial<Container>[];
}

const standard = new Set([undefined, 'Standard', 'RawDeployment']);

/** Port 80 leads to the model, whatever port its container has. */
const port = 80;

/** The demand for the model; undefined for what is none, or is served without a Service of its own. */
export function modelDemand(object: KubeObject): Demand | undefined {
  const predictor = predictorOf(object);
  if (predictor === undefined) return undefined;
  const { namespace = 'default', name: called = '' } = object.metadata;
  const { name: ofPredictor, minReplicas = 1, model, containers = [] } = predictor;
  const name = predictorName(called, ofPredictor);
  const serving = model ?? containers[0];
  return {
    service: `${namespace}/${name}`,
    host: `${name}.${namespace}.svc.cluster.local`,
    port,
    replicas: Math.max(minReplicas, 1),
    lacksHook: serving?.lifecycle?.preStop === undefined,
    // The operator gives each model's container a probe of its own.
    lacksProbe: false,
    hosts: [],
  };
}

/** Whether the operator scales the model by its load. */
export function isScaledModel(object: KubeObject): boolean {
  const { minReplicas = 1, maxReplicas = 0 } = predictorOf(object) ?? {};
  return maxReplicas > Math.max(minReplicas, 1);
}

function predictorOf(object: KubeObject): Predictor | undefined {
  const [group] = (object.apiVersion ?? '').split('/');
  if (object.kind !== 'InferenceService' || group !== 'serving.kserve.io') return undefined;
  const mode = object.metadata.annotations?.[keys.deploymentMode];
  return standard.has(mode) ? (object as Model).spec?.predictor : undefined;
}
