/** The serving runtimes that KServe ships. @upstream kserve v0.20.0 config/runtimes */
import type { Container, PodSpec } from '../../api/kinds/core.js';
import type { KubeObject } from '../../api/object.js';

interface RuntimeParts {
  readonly name: string;
  readonly server: string;
  readonly image: string;
  /** `sklearn:1`; with `!` in front, it is not chosen automatically. */
  readonly formats: readonly string[];
  readonly priority?: number;
  readonly protocols?: readonly string[];
  readonly metricsPort?: string;
  readonly container?: Partial<Container>;
  readonly security?: Container['securityContext'];
  /** Its image may run as root. */
  readonly mayBeRoot?: boolean;
  readonly pod?: Partial<PodSpec>;
}

const release = 'v0.20.0';
const args = ['--model_name={{.Name}}', '--model_dir=/mnt/models', '--http_port=8080'];
const oneThread = [...args, '--nthread=1'];
const asUser = { runAsUser: 1000 };
const sharedMemory = {
  container: { volumeMounts: [{ name: 'devshm', mountPath: '/dev/shm' }] },
  pod: { volumes: [{ name: 'devshm', emptyDir: { medium: 'Memory' } }], hostIPC: false },
};
const modelsProbe = { path: '/v1/models', port: 8080 };

const parts: readonly RuntimeParts[] = [
  {
    name: 'tensorflow-serving',
    server: 'tensorflow-serving',
    image: 'tensorflow/serving:2.6.2',
    formats: ['tensorflow:1', 'tensorflow:2'],
    priority: 2,
    protocols: ['v1', 'grpc-v1'],
    security: asUser,
    container: {
      command: ['/usr/bin/tensorflow_model_server'],
      args: [
        '--model_name={{.Name}}',
        '--port=9000',
        '--rest_api_port=8080',
        '--model_base_path=/mnt/models',
        '--rest_api_timeout_in_ms=60000',
      ],
    },
  },
  {
    name: 'sklearnserver',
    server: 'sklearnserver',
    image: `kserve/sklearnserver:${release}`,
    formats: ['sklearn:1'],
  },
  {
    name: 'predictiveserver',
    server: 'predictiveserver',
    image: `kserve/predictiveserver:${release}`,
    formats: ['!sklearn:1', '!xgboost:2', '!lightgbm:4'],
    priority: 3,
    container: { args: [...args, '--framework={{.Annotations.modelFormat}}', '--nthread=1'] },
  },
  {
    name: 'mlserver',
    server: 'mlserver',
    image: 'docker.io/seldonio/mlserver:1.7.1',
    formats: [
      'sklearn:0',
      'sklearn:1',
      'xgboost:1',
      'xgboost:2',
      'lightgbm:3',
      'lightgbm:4',
      'mlflow:1',
      'mlflow:2',
    ],
    priority: 2,
    protocols: ['v2'],
    container: {
      args: [],
      env: [
        { name: 'MLSERVER_MODEL_IMPLEMENTATION', value: '{{.Labels.modelClass}}' },
        { name: 'MLSERVER_HTTP_PORT', value: '8080' },
        { name: 'MLSERVER_GRPC_PORT', value: '9000' },
      ],
    },
  },
  {
    name: 'xgbserver',
    server: 'xgbserver',
    image: `kserve/xgbserver:${release}`,
    formats: ['xgboost:2'],
    container: { args: oneThread },
  },
  {
    name: 'tritonserver',
    server: 'tritonserver',
    image: 'nvcr.io/nvidia/tritonserver:23.05-py3',
    formats: ['tensorrt:8', 'tensorflow:1', 'tensorflow:2', 'onnx:1', '!pytorch:1', 'triton:2'],
    protocols: ['v2', 'grpc-v2'],
    metricsPort: '8002',
    security: asUser,
    container: {
      args: [
        'tritonserver',
        '--model-store=/mnt/models',
        '--grpc-port=9000',
        '--http-port=8080',
        '--allow-grpc=true',
        '--allow-http=true',
      ],
    },
  },
  {
    name: 'pmmlserver',
    server: 'pmmlserver',
    image: `kserve/pmmlserver:${release}`,
    formats: ['pmml:3', 'pmml:4'],
  },
  {
    name: 'paddleserver',
    server: 'paddleserver',
    image: `kserve/paddleserver:${release}`,
    formats: ['paddle:2'],
  },
  {
    name: 'lgbserver',
    server: 'lgbserver',
    image: `kserve/lgbserver:${release}`,
    formats: ['lightgbm:4'],
    container: { args: oneThread },
  },
  {
    name: 'torchserve',
    server: 'torchserve',
    image: 'pytorch/torchserve-kfs:0.9.0',
    formats: ['pytorch:1'],
    priority: 2,
    protocols: ['v1', 'v2', 'grpc-v2'],
    metricsPort: '8082',
    security: asUser,
    container: {
      args: [
        'torchserve',
        '--start',
        '--model-store=/mnt/models/model-store',
        '--ts-config=/mnt/models/config/config.properties',
      ],
      env: [{ name: 'TS_SERVICE_ENVELOPE', value: '{{.Labels.serviceEnvelope}}' }],
    },
  },
  {
    name: 'huggingfaceserver',
    server: 'huggingfaceserver',
    image: `kserve/huggingfaceserver:${release}`,
    formats: ['huggingface:1'],
    protocols: ['v2', 'v1'],
    pod: sharedMemory.pod,
    container: {
      args: ['--model_name={{.Name}}'],
      env: [{ name: 'LMCACHE_USE_EXPERIMENTAL', value: 'True' }],
      ...sharedMemory.container,
    },
  },
  {
    name: 'autogluonserver',
    server: 'autogluonserver',
    image: `kserve/autogluonserver:${release}`,
    formats: ['autogluon:1'],
  },
  {
    name: 'vllmserver',
    server: 'vllmserver',
    image: 'vllm/vllm-openai:latest',
    formats: ['vLLM:1'],
    protocols: [],
    pod: sharedMemory.pod,
    container: {
      command: ['python', '-m', 'vllm.entrypoints.openai.api_server'],
      args: ['--port=8080', '--served-model-name={{.Name}}', '--model=/mnt/models'],
      env: [
        { name: 'LMCACHE_USE_EXPERIMENTAL', value: 'True' },
        { name: 'HF_HOME', value: '/tmp' },
        { name: 'VLLM_CONFIG_ROOT', value: '/tmp' },
        { name: 'VLLM_WORKER_MULTIPROC_METHOD', value: 'spawn' },
      ],
      readinessProbe: {
        httpGet: modelsProbe,
        failureThreshold: 3,
        periodSeconds: 10,
        successThreshold: 1,
        timeoutSeconds: 5,
      },
      startupProbe: {
        httpGet: modelsProbe,
        failureThreshold: 60,
        periodSeconds: 30,
        successThreshold: 1,
        timeoutSeconds: 10,
        initialDelaySeconds: 30,
      },
      ...sharedMemory.container,
    },
  },
];

/** All of them but the one for several nodes. */
export function shippedRuntimes(): readonly KubeObject[] {
  return parts.map(runtimeFrom);
}

/** The formats that some shipped runtime takes without being named. */
export const knownFormats: readonly string[] = [
  ...new Set(
    parts
      .flatMap(({ formats }) => formats)
      .filter(format => !format.startsWith('!'))
      .map(format => format.split(':')[0] ?? ''),
  ),
].sort();

function runtimeFrom(runtime: RuntimeParts): KubeObject {
  const { name, server, image, formats, pod, metricsPort = '8080' } = runtime;
  const { protocols = ['v1', 'v2'], security, mayBeRoot = false, container } = runtime;
  const { args: given = args, ...rest } = container ?? {};
  return {
    apiVersion: 'serving.kserve.io/v1alpha1',
    kind: 'ClusterServingRuntime',
    metadata: {
      name: `kserve-${name}`,
      annotations: { 'serving.kserve.io/server-type': server },
    },
    spec: {
      annotations: {
        'prometheus.kserve.io/port': metricsPort,
        'prometheus.kserve.io/path': '/metrics',
      },
      supportedModelFormats: formats.map(format => formatFrom(runtime, format)),
      ...(protocols.length > 0 && { protocolVersions: protocols }),
      containers: [
        {
          name: 'kserve-container',
          image,
          ...(given.length > 0 && { args: given }),
          securityContext: {
            allowPrivilegeEscalation: false,
            privileged: false,
            ...(!mayBeRoot && { runAsNonRoot: true }),
            capabilities: { drop: ['ALL'] },
            ...security,
          },
          resources: {
            requests: { cpu: '1', memory: '2Gi' },
            limits: { cpu: '1', memory: '2Gi' },
          },
          ...rest,
        },
      ],
      ...pod,
    },
  };
}

function formatFrom({ priority = 1, server }: RuntimeParts, text: string) {
  const isChosen = !text.startsWith('!');
  const [name = '', version = ''] = text.replace('!', '').split(':');
  if (server === 'tritonserver' && !isChosen) return { name, version };
  const given = name === 'mlflow' ? 1 : priority;
  return { name, version, autoSelect: isChosen, priority: given };
}

/** What fetches models from the storages that it knows. @upstream config/storagecontainers/default.yaml */
export function shippedStorageContainer(): KubeObject {
  const prefixes = ['gs://', 's3://', 'hdfs://', 'hf://', 'webhdfs://'];
  const regexes = [
    'https://(.+?).blob.core.windows.net/(.+)',
    'https://(.+?).file.core.windows.net/(.+)',
    'https?://(.+)/(.+)',
  ];
  return {
    apiVersion: 'serving.kserve.io/v1alpha1',
    kind: 'ClusterStorageContainer',
    metadata: { name: 'default' },
    spec: {
      container: {
        name: 'storage-initializer',
        image: `kserve/storage-initializer:${release}`,
        imagePullPolicy: 'IfNotPresent',
        resources: {
          requests: { memory: '100Mi', cpu: '100m' },
          limits: { memory: '1Gi', cpu: '1' },
        },
      },
      supportedUriFormats: [
        ...prefixes.map(prefix => ({ prefix })),
        ...regexes.map(regex => ({ regex })),
      ],
      workloadType: 'initContainer',
      supportsMultiModelDownload: true,
    },
  };
}
