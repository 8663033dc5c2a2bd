/** The arguments of an Alertmanager's container, from its version 0.24. @upstream prometheus-operator v0.93 pkg/alertmanager/statefulset.go makeStatefulSetSpec */
import {
  defaults,
  files,
  folders,
  governingService,
  minorOf,
  replicasOf,
  setName,
} from './names.js';
import type { Alertmanager, AlertmanagerSpec } from './types.js';

/** The arguments. */
export function argumentsOf({ metadata, spec }: Alertmanager): readonly string[] {
  const { name = '', namespace = '' } = metadata;
  const isAlone = replicasOf(spec) === 1 && spec.forceEnableClusterMode !== true;
  return [
    `--config.file=${folders.output}/${files.expanded}`,
    `--storage.path=${folders.storage}`,
    `--data.retention=${spec.retention ?? defaults.retention}`,
    `--cluster.listen-address=${isAlone ? '' : '[$(POD_IP)]:9094'}`,
    `--web.listen-address=${spec.listenLocal === true ? '127.0.0.1:9093' : ':9093'}`,
    ...said('web.external-url', spec.externalUrl),
    ...said('enable-feature', spec.enableFeatures?.join(',')),
    `--web.route-prefix=${spec.routePrefix === undefined || spec.routePrefix === '' ? '/' : spec.routePrefix}`,
    ...startDelay(spec),
    ...said('log.level', spec.logLevel === 'info' ? '' : spec.logLevel),
    ...said('log.format', spec.logFormat === 'logfmt' ? '' : spec.logFormat),
    ...said('cluster.advertise-address', spec.clusterAdvertiseAddress),
    ...said('cluster.gossip-interval', spec.clusterGossipInterval),
    ...said('cluster.pushpull-interval', spec.clusterPushpullInterval),
    ...said('cluster.peer-timeout', spec.clusterPeerTimeout),
    ...(minorOf(spec) >= 30 ? ['--cluster.peer-name=$(POD_NAME)'] : []),
    ...(minorOf(spec) >= 26
      ? [`--cluster.label=${spec.clusterLabel ?? `${namespace}/${name}`}`]
      : []),
    ...peers(name, spec),
    '--cluster.reconnect-timeout=5m',
    `--web.config.file=${folders.webConfiguration}/${files.web}`,
    ...(spec.additionalArgs ?? []).map(({ name: own, value = '' }) =>
      value === '' ? `--${own}` : `--${own}=${value}`,
    ),
  ];
}

const said = (name: string, value = ''): readonly string[] =>
  value === '' ? [] : [`--${name}=${value}`];

function startDelay(spec: AlertmanagerSpec): readonly string[] {
  const { minReadySeconds, additionalArgs = [] } = spec;
  const isSaid = additionalArgs.some(({ name }) => name === 'dispatch.start-delay');
  return minReadySeconds === undefined || isSaid || minorOf(spec) < 30
    ? []
    : [`--dispatch.start-delay=${minReadySeconds}s`];
}

function peers(name: string, spec: AlertmanagerSpec): readonly string[] {
  const service = spec.serviceName ?? governingService;
  const own = Array.from(
    { length: replicasOf(spec) },
    (_, ordinal) => `${setName(name)}-${ordinal}.${service}:9094`,
  );
  return [...own, ...(spec.additionalPeers ?? [])].map(peer => `--cluster.peer=${peer}`);
}
