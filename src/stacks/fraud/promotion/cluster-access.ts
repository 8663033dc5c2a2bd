/** The objects that the promoter reads and changes, by requests with its own account. */
import type { Deployment } from '../../../../sim/api/kinds/apps.js';
import type { HasMetadata } from '../../../../sim/api/object.js';
import type { ApiAnswer } from '../../../../sim/api/request.js';
import type { ContainerContext } from '../../../../sim/workloads/workload.js';
import { messageOf } from '../serving/model-fetcher.js';
import { modelUri, versionOf } from '../serving/model-uri.js';

const namespace = 'serving';
const name = 'fraud';
const servicePath = `/apis/serving.kserve.io/v1beta1/namespaces/${namespace}/inferenceservices/${name}`;
const routePath = `/apis/gateway.networking.k8s.io/v1/namespaces/${namespace}/httproutes/${name}`;
const autoscalersPath = `/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers`;
const mergePatch = { 'content-type': 'application/merge-patch+json' };

/** What the promoter reads of the InferenceService. */
export interface FraudService extends HasMetadata {
  readonly spec: {
    readonly predictor: {
      readonly minReplicas?: number;
      readonly maxReplicas?: number;
      readonly model?: { readonly storageUri?: string };
    };
    readonly canary?: readonly {
      readonly predictor: {
        readonly name?: string;
        readonly minReplicas?: number;
        readonly model?: { readonly storageUri?: string };
      };
      readonly trafficPercent: number;
    }[];
  };
}

/** A canary as the InferenceService has it. */
export interface Canary {
  readonly version: string;
  readonly percent: number;
  readonly replicas: number;
}

/** The version that is served by the stable predictor; undefined when the URI names none. */
export function championOf({ spec }: FraudService): string | undefined {
  return versionOf(spec.predictor.model?.storageUri ?? '')?.version;
}

/** The canary; undefined when there is none. */
export function canaryOf({ spec }: FraudService): Canary | undefined {
  const [canary] = spec.canary ?? [];
  const version = versionOf(canary?.predictor.model?.storageUri ?? '')?.version;
  if (canary === undefined || version === undefined) return undefined;
  const { minReplicas = 1 } = canary.predictor;
  return { version, percent: canary.trafficPercent, replicas: minReplicas };
}

/** How far a Deployment is. */
export interface Rollout {
  /** Those that are available. */
  readonly replicas: number;
  readonly wanted: number;
  readonly isComplete: boolean;
  readonly isUpToDate: (version: string) => boolean;
}

/** Requests to the cluster; what is refused is logged, and `then` is not called. */
export class ClusterAccess {
  private refusal = '';

  constructor(
    private readonly context: ContainerContext,
    private readonly model: string,
    /** Called when a request was refused: the promoter looks again later. */
    private readonly refused: () => void,
  ) {}

  service(then: (service: FraudService) => void): void {
    this.get(servicePath, body => then(body as FraudService));
  }

  /** The Deployment of the stable predictor, or of the canary of a version. */
  rollout(canary: string | undefined, then: (rollout: Rollout) => void): void {
    const deployment = `${serviceName(canary)}`;
    const path = `/apis/apps/v1/namespaces/${namespace}/deployments/${deployment}`;
    const nothing = { replicas: 0, wanted: 1, isComplete: false, isUpToDate: () => false };
    this.context.api({ method: 'GET', path }, answer => {
      // KServe makes the Deployment some moments after the canary.
      if (answer.status === 404) return then(nothing);
      if (answer.status !== 200) return this.refuse(answer);
      then(rolloutOf(answer.body as Deployment));
    });
  }

  /** Puts a canary beside the stable predictor, or takes it away. */
  setCanary(canary: Canary | undefined, minReplicas: number, then: () => void): void {
    const { model } = this;
    const predictor = canary && {
      name: canary.version,
      minReplicas: canary.replicas,
      model: {
        modelFormat: { name: 'fraud', version: '1' },
        storageUri: modelUri({ model, version: canary.version }),
      },
    };
    const list = canary === undefined ? [] : [{ predictor, trafficPercent: canary.percent }];
    this.patch(servicePath, { spec: { predictor: { minReplicas }, canary: list } }, then);
  }

  /** KServe 0.20 leaves the autoscaler of a canary behind: it does not own it. */
  removeAutoscaler(canary: string, then: () => void): void {
    const path = `${autoscalersPath}/${serviceName(canary)}`;
    this.context.api({ method: 'DELETE', path }, answer => {
      if (answer.status !== 200 && answer.status !== 404) return this.refuse(answer);
      then();
    });
  }

  /** Makes a version the one that the stable predictor serves. */
  setChampion(version: string, minReplicas: number, then: () => void): void {
    const storageUri = modelUri({ model: this.model, version });
    this.patch(servicePath, { spec: { predictor: { minReplicas, model: { storageUri } } } }, then);
  }

  /** Weighs the backends of the route. */
  setWeights(canary: string | undefined, percent: number, then: () => void): void {
    const backend = (of: string | undefined, weight: number) => ({
      name: serviceName(of),
      port: 80,
      weight,
    });
    const backendRefs =
      canary === undefined
        ? [backend(undefined, 100)]
        : [backend(undefined, 100 - percent), backend(canary, percent)];
    const matches = [{ path: { type: 'PathPrefix', value: '/' } }];
    this.patch(routePath, { spec: { rules: [{ matches, backendRefs }] } }, then);
  }

  private get(path: string, then: (body: unknown) => void): void {
    this.context.api({ method: 'GET', path }, answer => {
      if (answer.status !== 200) return this.refuse(answer);
      then(answer.body);
    });
  }

  private patch(path: string, body: unknown, then: () => void): void {
    this.context.api({ method: 'PATCH', path, headers: mergePatch, body }, answer => {
      if (answer.status !== 200) return this.refuse(answer);
      then();
    });
  }

  /** Logs a refusal once, however often it comes in a row. */
  private refuse(answer: ApiAnswer): void {
    const refusal = messageOf(answer);
    if (refusal !== this.refusal) this.context.log(`the API server answers ${refusal}`);
    this.refusal = refusal;
    this.refused();
  }
}

function serviceName(canary: string | undefined): string {
  return canary === undefined ? `${name}-predictor` : `${name}-${canary}-predictor`;
}

function rolloutOf({ metadata, spec, status = {} }: Deployment): Rollout {
  const wanted = spec?.replicas ?? 1;
  const { updatedReplicas = 0, replicas = 0, availableReplicas = 0 } = status;
  const isSeen = (status.observedGeneration ?? 0) >= (metadata.generation ?? 0);
  const isComplete =
    isSeen &&
    updatedReplicas >= wanted &&
    replicas === updatedReplicas &&
    availableReplicas >= wanted;
  const annotations = spec?.template.metadata?.annotations ?? {};
  const uri = annotations['internal.serving.kserve.io/storage-initializer-sourceuri'] ?? '';
  return {
    replicas: availableReplicas,
    wanted,
    isComplete,
    isUpToDate: version => versionOf(uri)?.version === version,
  };
}
