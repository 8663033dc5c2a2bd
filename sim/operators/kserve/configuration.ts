/** The operator's ConfigMap, as shipped for the Standard mode, and how it is read. @upstream kserve v0.20.0 config/configmap/inferenceservice.yaml */
import type { ConfigMap } from '../../api/kinds/core.js';
import { configMaps } from '../../api/kinds/core.js';
import type { KubeObject } from '../../api/object.js';
import type { Reconciliation } from '../../client/contract.js';
import { call, get } from '../../client/requests.js';

const namespace = 'kserve';
/** The ConfigMap's name. */
export const configurationName = 'inferenceservice-config';
const name = configurationName;

/** Requests and limits, as the ConfigMap writes them. */
export interface Amounts {
  readonly image: string;
  readonly cpuRequest: string;
  readonly cpuLimit: string;
  readonly memoryRequest: string;
  readonly memoryLimit: string;
}

/** How the logger of requests is run. */
export interface LoggerSettings extends Amounts {
  readonly defaultUrl: string;
  readonly caCertFile?: string;
  readonly tlsSkipVerify?: boolean;
  readonly marshallerUrl?: string;
  readonly batchSize?: number;
  readonly batchInterval?: string;
}

/** What the ConfigMap says. */
export interface Configuration {
  readonly storageInitializer: Amounts & {
    readonly enableModelcar: boolean;
    readonly cpuModelcar: string;
    readonly memoryModelcar: string;
    readonly uidModelcar: number;
  };
  readonly logger: LoggerSettings;
  readonly agent: Amounts;
  readonly router: Amounts & {
    readonly headers?: { readonly propagate?: readonly string[] };
    readonly imagePullPolicy?: string;
    readonly imagePullSecrets?: readonly string[];
  };
  readonly ingress: {
    readonly ingressDomain: string;
    readonly ingressClassName?: string;
    readonly domainTemplate: string;
    readonly urlScheme: string;
    readonly disableIngressCreation: boolean;
    readonly disableIstioVirtualHost: boolean;
    readonly enableGatewayApi: boolean;
  };
  readonly deploy: {
    readonly defaultDeploymentMode: string;
    readonly deploymentRolloutStrategy?: {
      readonly defaultRollout?: { readonly maxSurge?: string; readonly maxUnavailable?: string };
    };
  };
  readonly inferenceService: { readonly resource?: Omit<Amounts, 'image'> };
  readonly metricsAggregator: {
    readonly enableMetricAggregation: string;
    readonly enablePrometheusScraping: string;
  };
  readonly security: { readonly autoMountServiceAccountToken: boolean };
  readonly service: { readonly serviceClusterIPNone: boolean };
  readonly autoscaler: {
    readonly scaleUpStabilizationWindowSeconds?: string;
    readonly scaleDownStabilizationWindowSeconds?: string;
  };
}

const small = {
  memoryRequest: '100Mi',
  memoryLimit: '1Gi',
  cpuRequest: '100m',
  cpuLimit: '1',
} as const;
const agentImage = 'kserve/agent:v0.20.0';

/** As shipped, but for the mode: upstream ships Knative, which needs Knative Serving, and Istio's ingress class. */
export const shipped: Configuration = {
  storageInitializer: {
    image: 'kserve/storage-initializer:v0.20.0',
    ...small,
    enableModelcar: true,
    cpuModelcar: '10m',
    memoryModelcar: '15Mi',
    uidModelcar: 1010,
  },
  logger: { image: agentImage, ...small, defaultUrl: 'http://default-broker' },
  agent: { image: agentImage, ...small },
  router: { image: 'kserve/router:v0.20.0', ...small, imagePullPolicy: 'IfNotPresent' },
  ingress: {
    ingressDomain: 'example.com',
    ingressClassName: 'nginx',
    domainTemplate: '{{ .Name }}-{{ .Namespace }}.{{ .IngressDomain }}',
    urlScheme: 'http',
    disableIngressCreation: false,
    disableIstioVirtualHost: true,
    enableGatewayApi: false,
  },
  deploy: { defaultDeploymentMode: 'Standard' },
  inferenceService: {
    resource: { cpuLimit: '1', memoryLimit: '2Gi', cpuRequest: '1', memoryRequest: '2Gi' },
  },
  metricsAggregator: { enableMetricAggregation: 'false', enablePrometheusScraping: 'false' },
  security: { autoMountServiceAccountToken: true },
  service: { serviceClusterIPNone: false },
  autoscaler: {
    scaleUpStabilizationWindowSeconds: '0',
    scaleDownStabilizationWindowSeconds: '300',
  },
};

/** The ConfigMap. */
export function configMap(): KubeObject {
  const data = Object.fromEntries(
    Object.entries(shipped).map(([key, value]) => [key, JSON.stringify(value, null, 2)]),
  );
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data };
}

/** Reads the ConfigMap from the API server; a message when it cannot be used. */
export function* readConfiguration(): Reconciliation<Configuration | string> {
  const answer = yield* call(get(configMaps, namespace, name));
  return answer.isOk ? configurationOf(answer.object) : answer.message;
}

/** What the ConfigMap says; what lacks in it has upstream's defaults. A message when it cannot be read. */
export function configurationOf({ data = {} }: Pick<ConfigMap, 'data'>): Configuration | string {
  try {
    return Object.fromEntries(
      Object.entries(shipped).map(([key, byDefault]) => {
        const text = data[key];
        if (text === undefined) return [key, byDefault];
        return [key, { ...(byDefault as object), ...(JSON.parse(text) as object) }];
      }),
    ) as unknown as Configuration;
  } catch (error) {
    if (error instanceof SyntaxError) return `unable to parse ${name}: ${error.message}`;
    throw error;
  }
}
