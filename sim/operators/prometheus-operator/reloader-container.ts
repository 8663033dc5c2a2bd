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

/** Which of the reloaders of a pod. */
export interface ReloaderParts {
  readonly isInit: boolean;
  readonly shard: number;
  readonly ruleMaps: readonly string[];
}

/** The container. */
export function reloaderContainer(spec: PrometheusSpec, parts: ReloaderParts): Container {
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
    volumeMounts: mounts(parts.ruleMaps),
    resources: { requests: size, limits: size },
    securityContext: confined,
  };
}

function argumentsOf(
  { logLevel, logFormat, reloadStrategy, routePrefix = '/' }: PrometheusSpec,
  { isInit, ruleMaps }: ReloaderParts,
  address: string,
): readonly string[] {
  const base = `http://localhost:9090${routePrefix.replace(/\/$/, '')}`;
  const isSignal = reloadStrategy === 'ProcessSignal';
  const reload = isSignal
    ? ['--reload-method=signal', `--runtimeinfo-url=${base}/api/v1/status/runtimeinfo`]
    : [`--reload-url=${base}/-/reload`];
  const watched = [...ruleMaps.map(name => `${folders.rules}/${name}`), folders.configuration];
  return [
    ...(isInit ? ['--watch-interval=0'] : []),
    `--listen-address=${address}`,
    ...(isInit ? [] : reload),
    `--config-file=${folders.configuration}/${files.packed}`,
    `--config-envsubst-file=${folders.output}/${files.expanded}`,
    ...watched.map(folder => `--watched-dir=${folder}`),
    ...(logLevel !== undefined && logLevel !== '' && logLevel !== 'info'
      ? [`--log-level=${logLevel}`]
      : []),
    ...(logFormat !== undefined && logFormat !== '' && logFormat !== 'logfmt'
      ? [`--log-format=${logFormat}`]
      : []),
  ];
}

function mounts(ruleMaps: readonly string[]): readonly VolumeMount[] {
  return [
    { name: 'config', mountPath: folders.configuration },
    { name: 'config-out', mountPath: folders.output },
    ...ruleMaps.map(name => ({ name, mountPath: `${folders.rules}/${name}` })),
  ];
}
