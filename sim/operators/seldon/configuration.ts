/** The operator's ConfigMap, as its chart ships it, and how it is read. @upstream seldon-core v1.17.1 helm-charts/seldon-core-operator */
import { isRecord } from '../../api/equality.js';
import { configMaps, type ConfigMap, type ResourceRequirements } from '../../api/kinds/core.js';
import type { KubeObject } from '../../api/object.js';
import type { Reconciliation } from '../../client/contract.js';
import { call, get } from '../../client/requests.js';

/** Where the operator is installed. */
export const namespace = 'seldon-system';
const name = 'seldon-config';
const release = '1.17.1';

interface Image {
  readonly image?: string;
  readonly defaultImageVersion?: string;
}

/** The images of a server, by protocol. */
export interface ServerConfiguration {
  readonly protocols?: Readonly<Record<string, Image>>;
}

/** What the ConfigMap says. */
export interface Configuration {
  readonly servers: Readonly<Record<string, ServerConfiguration>>;
  readonly initializer: {
    readonly image: string;
    readonly cpuRequest: string;
    readonly cpuLimit: string;
    readonly memoryRequest: string;
    readonly memoryLimit: string;
  };
}

/** What the chart sets in the operator's environment. */
export const environment = {
  executorImage: `docker.io/seldonio/seldon-core-executor:${release}`,
  executorUser: 8888,
  defaultUser: 8888,
  loggerEndpoint: 'http://default-broker',
} as const;

/** The resources of an executor, unless its predictor says otherwise. */
export const executorResources: ResourceRequirements = {
  requests: { cpu: '500m', memory: '512Mi' },
  limits: { cpu: '500m', memory: '512Mi' },
};

const mlserver = { image: 'seldonio/mlserver', defaultImageVersion: '1.3.5' };
const own = (image: string): Image => ({
  image: `seldonio/${image}`,
  defaultImageVersion: release,
});

const shipped: Configuration = {
  servers: {
    HUGGINGFACE_SERVER: { protocols: { v2: mlserver } },
    MLFLOW_SERVER: { protocols: { seldon: own('mlflowserver'), v2: mlserver } },
    SKLEARN_SERVER: { protocols: { seldon: own('sklearnserver'), v2: mlserver } },
    TEMPO_SERVER: { protocols: { v2: mlserver } },
    TENSORFLOW_SERVER: {
      protocols: {
        seldon: own('tfserving-proxy'),
        tensorflow: { image: 'tensorflow/serving', defaultImageVersion: '2.1.0' },
      },
    },
    TRITON_SERVER: {
      protocols: {
        v2: { image: 'nvcr.io/nvidia/tritonserver', defaultImageVersion: '21.08-py3' },
      },
    },
    XGBOOST_SERVER: { protocols: { seldon: own('xgboostserver'), v2: mlserver } },
  },
  initializer: {
    image: `seldonio/rclone-storage-initializer:${release}`,
    ...{ cpuLimit: '1', cpuRequest: '100m', memoryLimit: '1Gi', memoryRequest: '100Mi' },
  },
};

/** The names of the servers that are shipped. */
export const shippedServers: readonly string[] = Object.keys(shipped.servers);

/** The ConfigMap. */
export function configMap(): KubeObject {
  const data = {
    credentials: JSON.stringify({
      gcs: { gcsCredentialFileName: 'gcloud-application-credentials.json' },
      s3: { s3AccessKeyIDName: 'awsAccessKeyID', s3SecretAccessKeyName: 'awsSecretAccessKey' },
    }),
    predictor_servers: JSON.stringify(shipped.servers),
    storageInitializer: JSON.stringify(shipped.initializer),
  };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data };
}

/** Reads the ConfigMap from the API server; a message when it cannot be used. */
export function* readConfiguration(): Reconciliation<Configuration | string> {
  const answer = yield* call(get(configMaps, namespace, name));
  return answer.isOk ? parsed(answer.object) : answer.message;
}

function parsed({ data = {} }: ConfigMap): Configuration | string {
  const servers = recordIn(data, 'predictor_servers');
  const initializer = recordIn(data, 'storageInitializer');
  if (typeof servers === 'string') return servers;
  if (typeof initializer === 'string') return initializer;
  return {
    servers: servers as Configuration['servers'],
    initializer: { ...shipped.initializer, ...initializer },
  };
}

function recordIn(data: Readonly<Record<string, string>>, key: string) {
  const text = data[key];
  if (text === undefined) return {};
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : `Unable to unmarshall ${key} json string: it is no object`;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return `Unable to unmarshall ${key} json string due to ${error.message}`;
  }
}

/** The image of a server for a protocol, with its tag; undefined: it has none. */
export function serverImage(
  { servers }: Configuration,
  server: string,
  protocol: string,
): string | undefined {
  const { protocols = {} } = servers[server] ?? {};
  const older = protocol === 'kfserving' ? 'v2' : protocol;
  const { image, defaultImageVersion = '' } = protocols[protocol] ?? protocols[older] ?? {};
  if (image === undefined) return undefined;
  return defaultImageVersion === '' ? image : `${image}:${defaultImageVersion}`;
}
