/** The pod of a predictor or transformer. @upstream kserve v0.20.0 components/predictor.go, utils/utils.go */
import { structOf } from '../../api/facts.js';
import type { Container, EnvVar, PodSpec } from '../../api/kinds/core.js';
import { applyStrategicMergePatch } from '../../api/patch/strategic-merge-patch.js';
import { defaultPort, keys, modelContainer, transformerContainer } from './keys.js';
import type { ComponentSpec, InferenceService, ModelSpec, ServingRuntime } from './types.js';

/** What is not part of a container in a model's spec. */
const modelFields = [
  'modelFormat',
  'runtime',
  'runtimeVersion',
  'protocolVersion',
  'storageUri',
  'storage',
  'confidential',
];
/** What of a runtime's spec goes into the pod, besides the containers. */
const runtimePodFields = [
  'nodeSelector',
  'affinity',
  'tolerations',
  'volumes',
  'imagePullSecrets',
  'schedulerName',
];
const podFields = new Set(structOf('core/v1.PodSpec').jsonFields.map(field => field.name));

/** The pod of a model in its runtime, or why it cannot be made. */
export function modelPod(
  service: InferenceService,
  model: ModelSpec,
  runtime: ServingRuntime,
): PodSpec | string {
  const { spec } = runtime;
  const base = spec.containers.find(({ name }) => name === modelContainer);
  if (base === undefined) return `failed to find ${modelContainer} in ServingRuntime containers`;
  const merged = mergedContainer(
    base,
    only(model, key => !modelFields.includes(key)),
  );
  const filled = withPlaceholders(merged, service);
  const { predictor } = service.spec;
  const server = { ...filled, image: imageOf(filled, model, runtime) };
  const others = [...spec.containers, ...(predictor.containers ?? [])].filter(
    ({ name }) => name !== transformerContainer && name !== modelContainer,
  );
  const transformer = collocated(runtime, predictor);
  const runtimePod = only(spec, key => runtimePodFields.includes(key));
  const ownPod = only(predictor, key => podFields.has(key) && key !== 'containers');
  const pod = applyStrategicMergePatch(runtimePod, ownPod, structOf('core/v1.PodSpec'));
  if (!pod.isOk) return `failed to consolidate serving runtime PodSpecs. Detail: ${pod.error}`;
  const containers = [
    server,
    ...(transformer === undefined ? [] : [withPlaceholders(transformer, service)]),
    ...others,
  ];
  const { name = '' } = service.metadata;
  return { ...pod.value, containers: containers.map(container => named(container, name)) };
}

/** The pod of containers that the user gives. */
export function customPod(service: InferenceService, spec: ComponentSpec): PodSpec {
  const pod = only(spec, key => podFields.has(key));
  const { name = '' } = service.metadata;
  const containers = (spec.containers ?? []).map(container => named(container, name));
  return { ...pod, containers };
}

/** The pod of a transformer, which is told where its predictor is. */
export function transformerPod(
  service: InferenceService,
  spec: ComponentSpec,
  predictor: string,
): PodSpec {
  const { name = '', namespace = '' } = service.metadata;
  const pod = only(spec, key => podFields.has(key));
  const [first, ...rest] = spec.containers ?? [];
  const args = [...(first?.args ?? [])];
  const add = (flag: string, value: string): void => {
    if (!args.some(arg => arg === flag || arg.startsWith(`${flag}=`))) args.push(flag, value);
  };
  add('--model_name', name);
  add('--predictor_host', `${predictor}.${namespace}`);
  add('--http_port', String(defaultPort));
  if (spec.containerConcurrency !== undefined) add('--workers', String(spec.containerConcurrency));
  const container = { name: modelContainer, ...first, args };
  return { ...pod, containers: [named(container, name), ...rest] };
}

/** Fills in what a deployment's pod has by default, so that it compares equal to what is stored. */
export function defaultedPod(pod: PodSpec): PodSpec {
  return {
    ...pod,
    dnsPolicy: pod.dnsPolicy ?? 'ClusterFirst',
    restartPolicy: pod.restartPolicy ?? 'Always',
    terminationGracePeriodSeconds: pod.terminationGracePeriodSeconds ?? 30,
    securityContext: pod.securityContext ?? {},
    schedulerName: pod.schedulerName ?? 'default-scheduler',
    containers: pod.containers.map(defaultedContainer),
  };
}

function defaultedContainer(container: Container): Container {
  const isServer = container.name === modelContainer || container.name === transformerContainer;
  const port = container.ports?.[0]?.containerPort ?? defaultPort;
  const readinessProbe = container.readinessProbe ?? (isServer ? tcpProbe(port) : undefined);
  return {
    ...container,
    terminationMessagePath: container.terminationMessagePath ?? '/dev/termination-log',
    terminationMessagePolicy: container.terminationMessagePolicy ?? 'File',
    imagePullPolicy: container.imagePullPolicy ?? 'IfNotPresent',
    ...(readinessProbe !== undefined && { readinessProbe }),
  };
}

function tcpProbe(port: number) {
  return {
    tcpSocket: { port },
    timeoutSeconds: 1,
    periodSeconds: 10,
    successThreshold: 1,
    failureThreshold: 3,
  };
}

function collocated({ spec }: ServingRuntime, predictor: ComponentSpec): Container | undefined {
  const of = (containers: readonly Container[] = []): Container | undefined =>
    containers.find(({ name }) => name === transformerContainer);
  const [base, own] = [of(spec.containers), of(predictor.containers)];
  return base !== undefined && own !== undefined
    ? mergedContainer(base, { ...own })
    : (base ?? own);
}

/** The runtime's container with what the service says of it; the arguments of both. */
function mergedContainer(base: Container, own: Readonly<Record<string, unknown>>): Container {
  const { name: _, ...overlay } = own;
  const shape = structOf('core/v1.Container');
  const merged = applyStrategicMergePatch({ ...base }, overlay, shape);
  if (!merged.isOk) return base;
  const args = [...(base.args ?? []), ...((own['args'] as readonly string[] | undefined) ?? [])];
  const container = merged.value as unknown as Container;
  const env = container.env?.map(variable => withoutConflict(variable, own));
  return { ...container, ...(env && { env }), ...(args.length > 0 && { args }) };
}

/** Of a value and a reference, both of which a merge may leave, what the service says counts. */
function withoutConflict(variable: EnvVar, own: Readonly<Record<string, unknown>>): EnvVar {
  const { value, valueFrom, ...rest } = variable;
  if ((value ?? '') === '' || valueFrom === undefined) return variable;
  const given = (own['env'] as readonly EnvVar[] | undefined)?.find(
    ({ name }) => name === variable.name,
  );
  return given?.valueFrom === undefined ? { ...rest, value } : { ...rest, valueFrom };
}

/** Puts the service's metadata in the place of `{{.Name}}`, `{{.Labels.x}}` and `{{.Annotations.x}}`. */
function withPlaceholders(container: Container, { metadata }: InferenceService): Container {
  const text = JSON.stringify(container);
  if (!text.includes('{{')) return container;
  const filled = text.replace(
    /\{\{\s*\.(\w+)(?:\.(\w+))?\s*\}\}/g,
    (_all, field: string, key: string | undefined) => {
      if (field === 'Name') return metadata.name ?? '';
      if (field === 'Namespace') return metadata.namespace ?? '';
      const map = field === 'Labels' ? metadata.labels : metadata.annotations;
      // Go's templates print an absent key of a map of strings so.
      return map?.[key ?? ''] ?? '<no value>';
    },
  );
  return JSON.parse(filled) as Container;
}

/** The GPU build of an image has a tag, or a repository, of its own. */
function imageOf(
  { image = '', resources }: Container,
  { runtimeVersion }: ModelSpec,
  runtime: ServingRuntime,
): string {
  if (image.includes('@sha256:')) return image;
  const [tag = ''] = /:[\w.\-_]*$/.exec(image) ?? [];
  const bare = image.slice(0, image.length - tag.length);
  if (runtimeVersion !== undefined) return `${bare}:${runtimeVersion}`;
  const server = serverType(runtime);
  if (tag === '') return image;
  const hasGpu = Object.keys(resources?.limits ?? {}).some(
    name => name === 'nvidia.com/gpu' || name.startsWith('nvidia.com/mig'),
  );
  const hasGpuTag = ['tensorflow-serving', 'torchserve', 'huggingfaceserver'].includes(server);
  if (hasGpu) return hasGpuTag && !image.endsWith('-gpu') ? `${image}-gpu` : image;
  return server === 'vllmserver' && !bare.endsWith('-cpu') ? `${bare}-cpu${tag}` : image;
}

const serverTypes: Readonly<Record<string, string>> = {
  'kserve-mlserver': 'mlserver',
  'kserve-torchserve': 'torchserve',
  'kserve-tritonserver': 'tritonserver',
  'kserve-tensorflow-serving': 'tensorflow-serving',
  'kserve-huggingfaceserver': 'huggingfaceserver',
  'kserve-vllmserver': 'vllmserver',
};

/** What kind of server the runtime is, by its annotation or its name. */
export function serverType({ metadata }: ServingRuntime): string {
  return metadata.annotations?.[keys.serverType] ?? serverTypes[metadata.name ?? ''] ?? '';
}

/** Every container knows the service's name. */
function named(container: Container, name: string): Container {
  const variable = { name: 'INFERENCE_SERVICE_NAME', value: name };
  const env = container.env ?? [];
  const isThere = env.some(one => one.name === variable.name);
  return {
    ...container,
    env: isThere
      ? env.map(one => (one.name === variable.name ? { ...one, ...variable } : one))
      : [...env, variable],
  };
}

function only(
  object: object,
  isWanted: (key: string) => boolean,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(object).filter(([key]) => isWanted(key)));
}
