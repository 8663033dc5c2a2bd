/** The environment and the command line of a container. @upstream pkg/kubelet/kubelet_pods.go makeEnvironmentVariables */
import { configMaps, type Container, type EnvVar, type Pod, secrets } from '../api/kinds/core.js';
import { systemNameOf } from '../api/host-name.js';
import { goQuote } from '../api/go-text.js';
import { get } from '../client/requests.js';
import type { KubeletContext } from './context.js';
import { fieldValue, resourceValue } from './downward.js';
import { containerNamed } from './pod-spec.js';
import type { Task } from './task.js';
import { secretDataOf } from './volume-contents.js';

/** Variables by name. */
export type Environment = Readonly<Record<string, string>>;

/** The variables, or why they cannot be made: then the container is in CreateContainerConfigError. */
export type EnvironmentMade =
  | { readonly isOk: true; readonly env: Environment }
  | { readonly isOk: false; readonly error: string };

/** Resolves all variables of a container. */
export function* makeEnvironment(
  context: KubeletContext,
  pod: Pod,
  container: Container,
): Task<EnvironmentMade> {
  const sources = new Sources(context, pod);
  const base = {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOSTNAME: systemNameOf(pod),
  };
  const services = context.machine.serviceVariables(pod);
  const env: Record<string, string> = Object.assign({}, base, services);
  for (const { prefix = '', configMapRef, secretRef } of container.envFrom ?? []) {
    const kind = configMapRef === undefined ? 'secret' : 'configmap';
    const { name = '', optional } = configMapRef ?? secretRef ?? {};
    const data = yield* sources.data(kind, name);
    if (data === undefined) {
      if (optional === true) continue;
      return { isOk: false, error: `${kind} ${goQuote(name)} not found` };
    }
    for (const [key, value] of Object.entries(data)) env[prefix + key] = value;
  }
  for (const variable of container.env ?? []) {
    const value = yield* variableValue(sources, { pod, container, variable, env });
    if (value === undefined) continue;
    if (typeof value !== 'string') return { isOk: false, error: value.error };
    env[variable.name] = value;
  }
  return { isOk: true, env };
}

interface VariableFacts {
  readonly pod: Pod;
  readonly container: Container;
  readonly variable: EnvVar;
  readonly env: Environment;
}

function* variableValue(
  sources: Sources,
  { pod, container, variable, env }: VariableFacts,
): Task<string | undefined | { readonly error: string }> {
  const { value, valueFrom } = variable;
  if (valueFrom === undefined) return expand(value ?? '', env);
  if (valueFrom.fieldRef !== undefined) return fieldValue(pod, valueFrom.fieldRef.fieldPath);
  if (valueFrom.resourceFieldRef !== undefined) {
    const { containerName, resource, divisor = '' } = valueFrom.resourceFieldRef;
    const of = containerName === undefined ? container : containerNamed(pod, containerName);
    const allocatable = sources.allocatable();
    return resourceValue(of ?? container, { resource, divisor, allocatable });
  }
  const ref = valueFrom.configMapKeyRef ?? valueFrom.secretKeyRef;
  if (ref === undefined) return '';
  const kind = valueFrom.configMapKeyRef === undefined ? 'secret' : 'configmap';
  const { name = '', key, optional } = ref;
  const data = yield* sources.data(kind, name);
  const found = data?.[key];
  if (found !== undefined) return found;
  if (optional === true) return undefined;
  if (data === undefined) return { error: `${kind} ${goQuote(name)} not found` };
  const title = kind === 'secret' ? 'Secret' : 'ConfigMap';
  const where = `${title} ${pod.metadata.namespace ?? ''}/${name}`;
  return { error: `couldn't find key ${key} in ${where}` };
}

/** Config maps and secrets, each asked for once. */
class Sources {
  private readonly known = new Map<string, Environment | undefined>();

  constructor(
    private readonly context: KubeletContext,
    private readonly pod: Pod,
  ) {}

  allocatable(): Environment | undefined {
    return this.context.node()?.status?.allocatable;
  }

  *data(kind: 'configmap' | 'secret', name: string): Task<Environment | undefined> {
    const key = `${kind} ${name}`;
    if (this.known.has(key)) return this.known.get(key);
    const namespace = this.pod.metadata.namespace ?? '';
    let data: Environment | undefined;
    if (kind === 'configmap') {
      const answer = yield* this.context.ask(get(configMaps, namespace, name));
      if (answer.isOk) data = answer.object.data ?? {};
    } else {
      const answer = yield* this.context.ask(get(secrets, namespace, name));
      if (answer.isOk) data = secretDataOf(answer.object);
    }
    this.known.set(key, data);
    return data;
  }
}

/** `$(NAME)` becomes the variable's value, `$$` a dollar. @upstream third_party/forked/golang/expansion */
export function expand(text: string, env: Environment): string {
  if (!text.includes('$')) return text;
  return text.replace(/\$\$|\$\(([^)]*)\)/g, (whole, name: string | undefined) => {
    if (name === undefined) return '$';
    return Object.hasOwn(env, name) ? (env[name] ?? '') : whole;
  });
}

/** The command line: the pod's, with variables expanded, or the image's own. */
export function commandLine(
  container: Container,
  env: Environment,
  image: readonly string[] | undefined,
): readonly string[] {
  const expandAll = (words: readonly string[] | undefined) =>
    (words ?? []).map(word => expand(word, env));
  const command = expandAll(container.command);
  const args = expandAll(container.args);
  if (command.length > 0) return [...command, ...args];
  return args.length > 0 ? [...(image ?? []).slice(0, 1), ...args] : (image ?? []);
}
