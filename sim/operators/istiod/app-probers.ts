/**
 * Probes and hooks of a pod with a sidecar: the kubelet has no certificate, so it asks the sidecar's agent,
 * past mutual TLS, and the agent asks the program. Commands stay as they are.
 * @upstream pkg/kube/inject/app_probe.go (1.30)
 */
import { goJson } from '../../api/go-text.js';
import type {
  Container,
  HTTPGetAction,
  LifecycleHandler,
  PodSpec,
  Probe,
} from '../../api/kinds/core.js';
import { metricsAgent } from '../../api/metrics-agent.js';
import { agentPath, probersVariable, type AgentQuestion } from '../../api/probe-agent.js';

type Annotations = Readonly<Record<string, string>>;

const annotation = {
  isWanted: 'sidecar.istio.io/rewriteAppHTTPProbers',
  port: 'status.sidecar.istio.io/port',
} as const;

const falsehoods = ['0', 'f', 'F', 'FALSE', 'false', 'False'];

/** What an action asks for over the network. */
type Asking = Pick<Probe, 'httpGet' | 'tcpSocket' | 'grpc'>;

/** The containers as the injector leaves them, and the agent's variable, if there is anything to ask. */
export interface AppProbers {
  readonly spec: PodSpec;
  readonly variable: { readonly name: string; readonly value: string } | undefined;
}

/** The pod's own containers with questions that lead to the agent, unless the pod wants none of it. */
export function appProbers(annotations: Annotations, spec: PodSpec): AppProbers {
  if (falsehoods.includes(annotations[annotation.isWanted] ?? '')) {
    return { spec, variable: undefined };
  }
  const port = Number(annotations[annotation.port] ?? metricsAgent.port);
  const { containers, initContainers } = spec;
  const probers = [...(initContainers ?? []), ...containers].flatMap(probersOf);
  // Go's maps are written in the order of their keys.
  const sorted = probers.toSorted(([a], [b]) => (a < b ? -1 : 1));
  return {
    spec: {
      ...spec,
      containers: containers.map(one => rewritten(one, port)),
      ...(initContainers && { initContainers: initContainers.map(one => rewritten(one, port)) }),
    },
    variable:
      sorted.length === 0
        ? undefined
        : { name: probersVariable, value: goJson(Object.fromEntries(sorted)) },
  };
}

function probersOf(container: Container): readonly (readonly [path: string, prober: object])[] {
  const { name, readinessProbe, livenessProbe, startupProbe, lifecycle = {} } = container;
  const of = (question: AgentQuestion, asking: Probe | LifecycleHandler | undefined) => {
    const prober = proberOf(container, asking);
    return prober === undefined ? [] : [[agentPath(name, question), prober] as const];
  };
  return [
    ...of('readyz', readinessProbe),
    ...of('livez', livenessProbe),
    ...of('startupz', startupProbe),
    ...of('prestopz', lifecycle.preStop),
    ...of('poststartz', lifecycle.postStart),
  ];
}

/** What the agent asks: names of ports are looked up; of one that the container has not, nothing is told. */
function proberOf(
  container: Container,
  asking: Asking & Pick<Probe, 'timeoutSeconds'> = {},
): object | undefined {
  const { httpGet, tcpSocket, grpc, timeoutSeconds = 0 } = asking;
  const limit = timeoutSeconds === 0 ? {} : { timeoutSeconds };
  const { port: wanted } = httpGet ?? tcpSocket ?? {};
  const port =
    typeof wanted === 'string'
      ? container.ports?.find(({ name }) => name === wanted)?.containerPort
      : wanted;
  if (httpGet !== undefined) {
    return port === undefined ? undefined : { httpGet: { ...inOrder(httpGet), port }, ...limit };
  }
  if (tcpSocket !== undefined) {
    const { host = '' } = tcpSocket;
    const there = host === '' ? {} : { host };
    return port === undefined ? undefined : { tcpSocket: { port, ...there }, ...limit };
  }
  return grpc && { grpc: { port: grpc.port, service: grpc.service ?? null }, ...limit };
}

/** As Go writes its fields. */
function inOrder({ path, port, host, scheme, httpHeaders }: HTTPGetAction): HTTPGetAction {
  return {
    ...(path && { path }),
    port,
    ...(host && { host }),
    ...(scheme && { scheme }),
    ...(httpHeaders && { httpHeaders }),
  };
}

function rewritten(container: Container, port: number): Container {
  const { name, readinessProbe, livenessProbe, startupProbe, lifecycle } = container;
  const { preStop, postStart } = lifecycle ?? {};
  const to = (question: AgentQuestion): To => ({ path: agentPath(name, question), port });
  return {
    ...container,
    ...(readinessProbe && { readinessProbe: asked(readinessProbe, to('readyz')) }),
    ...(livenessProbe && { livenessProbe: asked(livenessProbe, to('livez')) }),
    ...(startupProbe && { startupProbe: asked(startupProbe, to('startupz')) }),
    ...(lifecycle && {
      lifecycle: {
        ...lifecycle,
        ...(preStop && { preStop: asked(preStop, to('prestopz')) }),
        ...(postStart && { postStart: asked(postStart, to('poststartz')) }),
      },
    }),
  };
}

interface To {
  readonly path: string;
  readonly port: number;
}

/** Whatever it was, the agent is asked by HTTP in clear. */
function asked<T extends Asking>(asking: T, to: To): T {
  const { httpGet, tcpSocket, grpc, ...others } = asking;
  if (httpGet === undefined && tcpSocket === undefined && grpc === undefined) return asking;
  const { scheme = '' } = httpGet ?? {};
  const plain = scheme === 'HTTPS' ? { scheme: 'HTTP' } : {};
  // The rest of the probe is as it was.
  return { ...others, httpGet: { ...httpGet, ...to, ...plain } } as unknown as T;
}
