/** The container in which Ray runs: its environment, command and probes. @upstream kuberay v1.7.0 controllers/ray/common/pod.go */
import type { Container, EnvVar, Probe } from '../../api/kinds/core.js';
import { parseVersion } from '../../api/semantic-version.js';
import { bash, keys, kuberayVersion, ports } from './keys.js';
import { startCommand } from './start-command.js';

/** What is known of a node of a Ray cluster when its pod is made. */
export interface Node {
  readonly type: 'head' | 'worker';
  /** For which kind the cluster was made. */
  readonly creator: string;
  /** The head's full name. */
  readonly host: string;
  readonly headPort: string;
  readonly params: Readonly<Record<string, string>>;
  readonly rayVersion: string;
  /** The user's own command is left as it is. */
  readonly keepsCommand: boolean;
}

/** The container with all that makes it a node. */
export function rayContainer(container: Container, node: Node): Container {
  const { env = [], ports: given = [] } = container;
  const start = startCommand(node.type, node.params, container.resources);
  const own = [...(container.command ?? []), ...(container.args ?? [])]
    .map(word => ` ${word} `)
    .join('');
  const isGenerated = !node.keepsCommand && !own.includes('ray start');
  const generated = `ulimit -n \${RAY_START_ULIMIT_OPEN_FILES:-65536}; ${start}`;
  const withPorts: Container = {
    ...container,
    ...(!given.some(({ name }) => name === 'metrics') && {
      ports: [...given, { name: 'metrics', containerPort: ports.metrics }],
    }),
  };
  return {
    ...withPorts,
    ...(isGenerated && {
      command: bash,
      args: [own === '' ? generated : `${own} && ${generated}`],
    }),
    env: [...env, ...environment(env, node, start)],
    ...probesOf(withPorts, node),
  };
}

/** The environment that init containers get, too. */
export function hostEnv(host: string): readonly EnvVar[] {
  return [
    { name: 'FQ_RAY_IP', value: host },
    { name: 'RAY_IP', value: host.split('.')[0] ?? '' },
  ];
}

/** A variable that holds a field of the pod. */
export function fieldEnv(name: string, fieldPath: string): EnvVar {
  return { name, valueFrom: { fieldRef: { fieldPath } } };
}

/** The path of a label's value. */
export const labelPath = (key: string): string => `metadata.labels['${key}']`;

/** Those that are not there by their name. */
export function missingIn(env: readonly EnvVar[], ...wanted: readonly EnvVar[]): readonly EnvVar[] {
  return wanted.filter(({ name }) => !env.some(known => known.name === name));
}

function environment(given: readonly EnvVar[], node: Node, start: string): readonly EnvVar[] {
  const { type, host, headPort, creator } = node;
  const isHead = type === 'head';
  const ofService = [
    { name: 'RAY_timeout_ms_task_wait_for_death_info', value: '0' },
    { name: 'RAY_gcs_server_request_timeout_seconds', value: '5' },
    { name: 'RAY_SERVE_KV_TIMEOUT_S', value: '5' },
  ];
  const tags = `kuberay_version=${kuberayVersion};kuberay_crd=${creator}`;
  return [
    ...(isHead ? [] : hostEnv(host)),
    fieldEnv('RAY_CLUSTER_NAME', labelPath(keys.cluster)),
    fieldEnv('RAY_CLUSTER_NAMESPACE', 'metadata.namespace'),
    fieldEnv('RAY_CLOUD_INSTANCE_ID', 'metadata.name'),
    fieldEnv('RAY_NODE_TYPE_NAME', labelPath(keys.group)),
    { name: 'KUBERAY_GEN_RAY_START_CMD', value: start },
    ...missingIn(given, { name: 'RAY_PORT', value: headPort }),
    ...(creator === 'RayService' ? missingIn(given, ...ofService) : []),
    ...missingIn(
      given,
      { name: 'RAY_ADDRESS', value: `${isHead ? '127.0.0.1' : host}:${headPort}` },
      { name: 'RAY_USAGE_STATS_KUBERAY_IN_USE', value: '1' },
    ),
    ...(isHead ? [{ name: 'RAY_USAGE_STATS_EXTRA_TAGS', value: tags }] : []),
    ...missingIn(given, { name: 'RAY_DASHBOARD_ENABLE_K8S_DISK_USAGE', value: '1' }),
  ];
}

function probesOf(
  container: Container,
  node: Node,
): Pick<Container, 'livenessProbe' | 'readinessProbe'> {
  const { livenessProbe, readinessProbe } = container;
  const isHead = node.type === 'head';
  const timeoutSeconds = isHead ? 5 : 2;
  const timing = { timeoutSeconds, periodSeconds: 5, successThreshold: 1 };
  const commands = healthCommands(node);
  return {
    livenessProbe: livenessProbe ?? {
      initialDelaySeconds: 30,
      ...timing,
      failureThreshold: 120,
      ...check(node, commands),
    },
    readinessProbe: readinessProbe ?? readiness(container, node, commands, timing),
  };
}

function readiness(
  container: Container,
  node: Node,
  commands: readonly string[],
  timing: Probe,
): Probe {
  const usual = { initialDelaySeconds: 10, ...timing, failureThreshold: 10 };
  if (node.creator !== 'RayService' || node.type === 'head') {
    return { ...usual, ...check(node, commands) };
  }
  const serve = container.ports?.find(({ name }) => name === 'serve')?.containerPort ?? ports.serve;
  return {
    ...usual,
    failureThreshold: 1,
    exec: inBash([...commands, wget(10, serve, '-/healthz')]),
  };
}

/** Ray has one place for its health from 2.53 on; before that, its programs are asked one by one. */
function check(node: Node, commands: readonly string[]): Pick<Probe, 'httpGet' | 'exec'> {
  if (!isAtLeast(node.rayVersion, [2, 53, 0])) return { exec: inBash(commands) };
  return { httpGet: { path: '/api/healthz', port: agentPort(node) } };
}

function healthCommands(node: Node): readonly string[] {
  const raylet = wget(2, agentPort(node), 'api/local_raylet_healthz');
  if (node.type === 'worker') return [raylet];
  const dashboard = portOf(node.params['dashboard-port'], ports.dashboard);
  return [raylet, wget(10, dashboard, 'api/gcs_healthz')];
}

const agentPort = ({ params }: Node): number =>
  portOf(params['dashboard-agent-listen-port'], ports.agent);

function portOf(text: string | undefined, byDefault: number): number {
  return text !== undefined && /^[-+]?\d+$/.test(text) ? Number(text) : byDefault;
}

function inBash(commands: readonly string[]) {
  return { command: ['bash', '-c', commands.join(' && ')] };
}

function wget(timeoutSeconds: number, port: number, path: string): string {
  return `wget --tries 1 -T ${timeoutSeconds} -q -O- http://localhost:${port}/${path} | grep success`;
}

/** Whether the version, which may have two parts, is one or a later; what is none is not. */
export function isAtLeast(text: string, least: readonly [number, number, number]): boolean {
  const numbers = versionNumbers(text);
  if (numbers === undefined) return false;
  for (const index of [0, 1, 2] as const) {
    if (numbers[index] !== least[index]) return numbers[index] > least[index];
  }
  return true;
}

/** The numbers of a version. @upstream apimachinery pkg/util/version ParseGeneric */
export function versionNumbers(text: string): readonly [number, number, number] | undefined {
  const [, core = ''] = /^\s*v?([0-9]+(?:\.[0-9]+)+)/.exec(text) ?? [];
  const [major = '', minor = '0', patch = '0'] = core.split('.');
  const parsed = parseVersion(`${major}.${minor}.${patch}`);
  return 'error' in parsed ? undefined : parsed.numbers;
}
