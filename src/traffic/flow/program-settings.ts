/** The parameters of the serving workloads: defaults, and what is refused before anything runs. */
import { capacityPerSecond, type ServerSettings } from '../../../sim/workloads/serving/settings.js';
import {
  badSetting,
  numberField,
  readSettings,
  wholeField,
  wordField,
  type Field,
} from '../../input/settings.js';
import type { ParentReference } from './http-route.js';

const textField = (fallback: string): Field<string> => ({
  default: fallback,
  problem: value => (typeof value === 'string' ? undefined : 'must be a text'),
});

const port = (fallback: number) => wholeField(fallback, { min: 1, max: 65_535 });

const gatewayFields = {
  /** `namespace/name` of the one HTTPRoute; '': all of the pod's namespace. */
  route: textField(''),
  /** What routes must be attached to: `Gateway/namespace/name` or `Service/namespace/name`; '': anything. */
  parent: textField(''),
  port: port(8080),
  /** Where probes may ask, too. */
  adminPort: port(9090),
  /** From what it hears of routes and endpoints until it goes by it. */
  updateDelayMs: wholeField(100, { min: 0 }),
  /** Envoy carries some ten thousand requests a second on a core. */
  cpuMicrosPerRequest: numberField(100, { min: 0 }),
  idleCpuMillis: wholeField(20, { min: 0 }),
  memoryMiB: wholeField(128, { min: 1 }),
};

/** The settings of a gateway. */
export interface GatewaySettings extends Omit<
  ReturnType<typeof readSettings<typeof gatewayFields>>,
  'parent'
> {
  readonly parent: Required<ParentReference> | undefined;
}

/** Flags of the container's command that set the same, as proxies of this kind take them. */
const flags: Readonly<Record<string, keyof typeof gatewayFields>> = {
  '--http-route': 'route',
  '--parent': 'parent',
  '--http-port': 'port',
  '--metrics-port': 'adminPort',
};

/** Reads the parameters of a gateway; what its command says goes before. */
export function gatewaySettings(
  parameters: Readonly<Record<string, unknown>>,
  command: readonly string[],
): GatewaySettings {
  const owner = 'workload traffic-gateway';
  const said: Record<string, unknown> = {};
  for (const word of command) {
    const [flag = '', value = ''] = word.split('=');
    const name = Object.hasOwn(flags, flag) ? flags[flag] : undefined;
    if (name === undefined) continue;
    said[name] = typeof gatewayFields[name].default === 'number' ? Number(value) : value;
  }
  const settings = readSettings(owner, { ...parameters, ...said }, gatewayFields);
  const { route, parent } = settings;
  if (route !== '' && !/^[^/]+\/[^/]+$/.test(route)) {
    throw badSetting(owner, `route must be namespace/name, is ${route}`);
  }
  const [kind = '', namespace = '', name = ''] = parent.split('/');
  const isParent = (kind === 'Gateway' || kind === 'Service') && name !== '';
  if (parent !== '' && !isParent) {
    throw badSetting(owner, `parent must be Gateway/namespace/name or Service/…, is ${parent}`);
  }
  const group = kind === 'Gateway' ? 'gateway.networking.k8s.io' : '';
  return { ...settings, parent: isParent ? { group, kind, namespace, name } : undefined };
}

const serverFields = {
  service: wordField('batch', ['batch', 'exponential', 'deterministic', 'lognormal']),
  /** For `batch`: a T4 in NVIDIA's published table of ResNet-50. */
  fixedMs: numberField(2.27, { min: 0 }),
  perItemMs: numberField(0.824, { min: 0 }),
  batchMax: wholeField(32, { min: 1 }),
  delayMaxMs: numberField(0, { min: 0 }),
  /** For the others. */
  meanMs: numberField(10, { above: 0 }),
  cv2: numberField(1, { min: 0 }),
  servers: wholeField(1, { min: 1, max: 4096 }),
  queueMax: wholeField(512, { min: 0 }),
  /** 0: none. */
  queueTimeoutMs: numberField(0, { min: 0 }),
  loadMs: wholeField(4000, { min: 0 }),
  port: port(8080),
  revision: textField('v1'),
  /** What it uses while all its servers serve, and while none does. */
  busyCpuMillis: wholeField(1000, { min: 0 }),
  idleCpuMillis: wholeField(20, { min: 0 }),
  memoryMiB: wholeField(512, { min: 1 }),
};

/** The settings of a batching server. */
export interface BatchingServerSettings extends ReturnType<
  typeof readSettings<typeof serverFields>
> {
  readonly server: ServerSettings;
}

/** Reads the parameters of a batching server. */
export function batchingServerSettings(
  parameters: Readonly<Record<string, unknown>>,
): BatchingServerSettings {
  const owner = 'workload batching-server';
  const settings = readSettings(owner, parameters, serverFields);
  const { service, fixedMs, perItemMs, batchMax, delayMaxMs, meanMs, cv2 } = settings;
  if (service === 'batch' && fixedMs + perItemMs <= 0) {
    throw badSetting(owner, 'fixedMs and perItemMs are both 0: a batch would take no time');
  }
  const services = {
    batch: { kind: 'batch', fixedMs, perItemMs, batchMax, delayMaxMs },
    exponential: { kind: 'exponential', meanMs },
    deterministic: { kind: 'deterministic', ms: meanMs },
    lognormal: { kind: 'lognormal', meanMs, cv2 },
  } as const;
  const { servers, queueMax, queueTimeoutMs } = settings;
  const server: ServerSettings = {
    service: services[service],
    servers,
    queueMax,
    ...(queueTimeoutMs > 0 && { queueTimeoutMs }),
  };
  if (service === 'batch' && queueMax === 0) {
    throw badSetting(owner, 'queueMax is 0: a batching server takes all from its queue');
  }
  if (!(capacityPerSecond(server) < Infinity)) {
    throw badSetting(owner, 'a server without service time has no capacity to speak of');
  }
  return { ...settings, server };
}
