/**
 * The containers of the servers that Seldon Core brings: scikit-learn and its like, MLServer, Triton,
 * TensorFlow Serving with and without its proxy.
 * @upstream seldon-core v1.17.1 operator/controllers/seldondeployment_prepackaged_servers.go, mlserver.go
 */
import { goJson } from '../../api/go-text.js';
import type { Container, EnvVar, PodSpec, Probe } from '../../api/kinds/core.js';
import { serverImage, type Configuration } from './configuration.js';
import { withModelInitializer } from './model-initializer.js';
import { modelPath, tensorflowContainer } from './names.js';
import type { PredictiveUnit } from './types.js';

const tensorflowPorts = { grpc: 2000, rest: 2001 } as const;

/** MLServer's runtimes, by implementation. */
const runtimes: Readonly<Record<string, string>> = {
  SKLEARN_SERVER: 'mlserver_sklearn.SKLearnModel',
  XGBOOST_SERVER: 'mlserver_xgboost.XGBoostModel',
  MLFLOW_SERVER: 'mlserver_mlflow.MLflowRuntime',
  HUGGINGFACE_SERVER: 'mlserver_huggingface.HuggingFaceRuntime',
  TEMPO_SERVER: 'tempo.mlserver.InferenceRuntime',
};

/** The pods with the server of the unit as it is to run, and what fetches its model. */
export function withServer(
  pods: PodSpec,
  unit: PredictiveUnit,
  protocol: string,
  configuration: Configuration,
): PodSpec {
  const change = (of: (container: Container) => Container): PodSpec => ({
    ...pods,
    containers: pods.containers.map(one => (one.name === unit.name ? of(one) : one)),
  });
  const { implementation = '' } = unit;
  if (implementation === 'TENSORFLOW_SERVER') {
    const isProxied = protocol === 'seldon';
    const served = isProxied
      ? withProxied(
          change(one => proxy(one, unit)),
          configuration,
        )
      : change(one => ({ ...one, args: one.args ?? tensorflowArgs(unit) }));
    const container = isProxied ? tensorflowContainer : unit.name;
    return withModelInitializer(served, unit, container, configuration);
  }
  const server =
    implementation === 'TRITON_SERVER'
      ? triton
      : protocol === 'seldon' || runtimes[implementation] === undefined
        ? wrapper
        : mlserver;
  return withModelInitializer(
    change(one => server(one, unit)),
    unit,
    unit.name,
    configuration,
  );
}

/** The variables with another in the place of the one of its name, or at the end. */
function withVariable(env: readonly EnvVar[], name: string, value: string): readonly EnvVar[] {
  const isThere = env.some(one => one.name === name);
  return isThere
    ? env.map(one => (one.name === name ? { name, value } : one))
    : [...env, { name, value }];
}

/** Seldon's own wrapper reads where the model lies from its parameters. */
function wrapper(container: Container, { parameters = [] }: PredictiveUnit): Container {
  const uri = { name: 'model_uri', value: modelPath, type: 'STRING' };
  const value = goJson([...parameters, uri]);
  const env = withVariable(container.env ?? [], 'PREDICTIVE_UNIT_PARAMETERS', value);
  return { ...container, env };
}

function mlserver(container: Container, unit: PredictiveUnit): Container {
  const { httpPort, grpcPort } = unit.endpoint ?? {};
  const { env = [] } = container;
  const variables: Readonly<Record<string, string>> = {
    MLSERVER_HTTP_PORT: String(httpPort),
    MLSERVER_GRPC_PORT: String(grpcPort),
    MLSERVER_MODEL_IMPLEMENTATION: runtimes[unit.implementation ?? ''] ?? '',
    MLSERVER_MODEL_NAME: unit.name,
    MLSERVER_MODEL_URI: modelPath,
  };
  const more = Object.entries(variables).filter(([key]) => env.every(({ name }) => name !== key));
  return {
    ...healthy(container),
    env: [...env, ...more.map(([name, value]) => ({ name, value }))],
  };
}

function triton(container: Container, { endpoint = {} }: PredictiveUnit): Container {
  const args = [
    '/opt/tritonserver/bin/tritonserver',
    `--grpc-port=${endpoint.grpcPort ?? 0}`,
    `--http-port=${endpoint.httpPort ?? 0}`,
    `--model-repository=${modelPath}`,
    '--strict-model-config=false',
  ];
  return { ...healthy(container), args: container.args ?? args };
}

/** These say themselves whether they live and are ready. */
function healthy(container: Container): Container {
  const asked = (probe: Probe | undefined, what: string): Probe | undefined => {
    if (probe?.tcpSocket === undefined) return probe;
    const { tcpSocket: _, ...rest } = probe;
    return { ...rest, httpGet: { path: `/v2/health/${what}`, port: 'http', scheme: 'HTTP' } };
  };
  const livenessProbe = asked(container.livenessProbe, 'live');
  const readinessProbe = asked(container.readinessProbe, 'ready');
  return {
    ...container,
    ...(livenessProbe !== undefined && { livenessProbe }),
    ...(readinessProbe !== undefined && { readinessProbe }),
  };
}

function tensorflowArgs({ name, endpoint = {} }: PredictiveUnit): readonly string[] {
  return [
    '/usr/bin/tensorflow_model_server',
    `--port=${endpoint.grpcPort ?? tensorflowPorts.grpc}`,
    `--rest_api_port=${endpoint.httpPort ?? tensorflowPorts.rest}`,
    `--model_name=${name}`,
    `--model_base_path=${modelPath}`,
  ];
}

/** The proxy speaks Seldon's protocol to the one side and TensorFlow's to the other. */
function proxy(container: Container, unit: PredictiveUnit): Container {
  const endpoint =
    unit.endpoint?.type === 'GRPC'
      ? { name: 'grpc_endpoint', value: `localhost:${tensorflowPorts.grpc}` }
      : { name: 'rest_endpoint', value: `http://localhost:${tensorflowPorts.rest}` };
  const parameters = [...(unit.parameters ?? []), { ...endpoint, type: 'STRING' }];
  const env = withVariable(container.env ?? [], 'PREDICTIVE_UNIT_PARAMETERS', goJson(parameters));
  return { ...container, env };
}

function withProxied(pods: PodSpec, configuration: Configuration): PodSpec {
  if (pods.containers.some(({ name }) => name === tensorflowContainer)) return pods;
  const unit = { name: 'model', endpoint: {} };
  const server: Container = {
    name: tensorflowContainer,
    image: serverImage(configuration, 'TENSORFLOW_SERVER', 'tensorflow') ?? '',
    args: tensorflowArgs(unit),
    imagePullPolicy: 'IfNotPresent',
    ports: [
      { containerPort: tensorflowPorts.grpc, protocol: 'TCP' },
      { containerPort: tensorflowPorts.rest, protocol: 'TCP' },
    ],
  };
  return { ...pods, containers: [...pods.containers, server] };
}
