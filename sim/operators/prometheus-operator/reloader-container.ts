/** The side-car that unpacks the configuration and has it loaded. @upstream prometheus-operator v0.93 pkg/operator/config_reloader.go */
import type { Container, VolumeMount } from '../../api/kinds/core.js';
import { defaults, files, folders } from './keys.js';
import type { PrometheusSpec } from './types.js';

const port = 8080;
const initPort = 8081;
const size = { cpu: '10m', memory: '50Mi' } as const;

/** What no container of the operator may do. */
export const confined: NonNullable<Container['securityContext']> = {
  readOnlyRootFilesystem: true,
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
};

/** What a reloader does. */
export interface ReloaderParts {
  readonly isInit: boolean;
  readonly shard: number;
  /** Arguments that say how the server is told to load again. */
  readonly reload: readonly string[];
  readonly packed: string;
  readonly expanded: string;
  readonly watched: readonly string[];
  readonly mounts: readonly VolumeMount[];
}

/** What of the spec concerns it. */
type ReloaderSpec = Pick<
  PrometheusSpec,
  'imagePullPolicy' | 'listenLocal' | 'logLevel' | 'logFormat'
>;

/** The container. */
export function reloaderContainer(spec: ReloaderSpec, parts: ReloaderParts): Container {
  const { isInit, shard } = parts;
  const { imagePullPolicy } = spec;
  const ownPort = isInit ? initPort : port;
  const isLocal = spec.listenLocal === true && !isInit;
  return {
    name: isInit ? 'init-config-reloader' : 'config-reloader',
    image: defaults.reloaderImage,
    ...(imagePullPolicy !== undefined && { imagePullPolicy }),
    terminationMessagePolicy: 'FallbackToLogsOnError',
    env: [
      { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
      { name: 'SHARD', value: String(shard) },
    ],
    command: ['/bin/prometheus-config-reloader'],
    args: argumentsOf(spec, parts, isLocal ? `localhost:${port}` : `:${ownPort}`),
    ...(!isLocal && {
      ports: [
        {
          name: isInit ? 'reloader-init' : 'reloader-web',
          containerPort: ownPort,
          protocol: 'TCP',
        },
      ],
    }),
    volumeMounts: parts.mounts,
    resources: { requests: size, limits: size },
    securityContext: confined,
  };
}

function argumentsOf(
  { logLevel, logFormat }: ReloaderSpec,
  { isInit, reload, packed, expanded, watched }: ReloaderParts,
  address: string,
): readonly string[] {
  return [
    ...(isInit ? ['--watch-interval=0'] : []),
    `--listen-address=${address}`,
    ...(isInit ? [] : reload),
    `--config-file=${packed}`,
    `--config-envsubst-file=${expanded}`,
    ...watched.map(folder => `--watched-dir=${folder}`),
    ...(logLevel !== undefined && logLevel !== '' && logLevel !== 'info'
      ? [`--log-level=${logLevel}`]
      : []),
    ...(logFormat !== undefined && logFormat !== '' && logFormat !== 'logfmt'
      ? [`--log-format=${logFormat}`]
      : []),
  ];
}

/** That of a Prometheus. */
export function prometheusReloader(
  spec: PrometheusSpec,
  parts: Pick<ReloaderParts, 'isInit' | 'shard'> & { readonly ruleMaps: readonly string[] },
): Container {
  const { reloadStrategy, routePrefix = '/' } = spec;
  const { isInit, shard, ruleMaps } = parts;
  const base = `http://localhost:9090${routePrefix.replace(/\/$/, '')}`;
  const isSignal = reloadStrategy === 'ProcessSignal';
  return reloaderContainer(spec, {
    isInit,
    shard,
    reload: isSignal
      ? ['--reload-method=signal', `--runtimeinfo-url=${base}/api/v1/status/runtimeinfo`]
      : [`--reload-url=${base}/-/reload`],
    packed: `${folders.configuration}/${files.packed}`,
    expanded: `${folders.output}/${files.expanded}`,
    watched: [...ruleMaps.map(name => `${folders.rules}/${name}`), folders.configuration],
    mounts: [
      { name: 'config', mountPath: folders.configuration },
      { name: 'config-out', mountPath: folders.output },
      ...ruleMaps.map(name => ({ name, mountPath: `${folders.rules}/${name}` })),
    ],
  });
}
