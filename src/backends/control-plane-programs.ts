/** The programs of a real control plane: where they are found, and with what they are started. */
import { exitCodes, UserError } from '../input/errors.js';
import { environment } from '../host.js';
import { findProgram, searchPath } from './local-process.js';

/** Files of the programs; without the last two our own components play them. */
export interface ControlPlanePrograms {
  readonly etcd: string;
  readonly apiServer: string;
  readonly controllerManager?: string;
  readonly scheduler?: string;
}

/** Where envtest's tool puts them. */
const envtestFolder = '/usr/local/kubebuilder/bin';

/**
 * Looks in the folder, else in $KUBEBUILDER_ASSETS, PATH and envtest's folder, program by program.
 *
 * @throws UserError when etcd or kube-apiserver is missing.
 */
export function findControlPlane(folder?: string): ControlPlanePrograms {
  const assets = environment('KUBEBUILDER_ASSETS');
  const folders =
    folder === undefined
      ? [...(assets === undefined ? [] : [assets]), ...searchPath(), envtestFolder]
      : [folder];
  const find = (name: string): string | undefined => findProgram(name, folders);
  const etcd = find('etcd');
  const apiServer = find('kube-apiserver');
  if (etcd === undefined || apiServer === undefined) {
    const missing = [
      ...(etcd === undefined ? ['etcd'] : []),
      ...(apiServer === undefined ? ['kube-apiserver'] : []),
    ];
    throw new UserError(`${missing.join(' and ')} not found`, {
      exitCode: exitCodes.backend,
      code: 'no-control-plane',
      next:
        folder === undefined
          ? 'get them with: setup-envtest use 1.36 -p env; or set KUBEBUILDER_ASSETS to their folder'
          : `put them into ${folder}, or leave the folder out to look in KUBEBUILDER_ASSETS and PATH`,
    });
  }
  const controllerManager = find('kube-controller-manager');
  const scheduler = find('kube-scheduler');
  return {
    etcd,
    apiServer,
    ...(controllerManager !== undefined && { controllerManager }),
    ...(scheduler !== undefined && { scheduler }),
  };
}

/** What the arguments are made from: paths of files, and ports. */
export interface ControlPlanePlace {
  readonly dataFolder: string;
  readonly etcdPort: number;
  readonly etcdPeerPort: number;
  readonly apiPort: number;
  /** PEM files by what they are for. */
  readonly files: Readonly<Record<ControlPlaneFile, string>>;
  readonly serviceRange: string;
  /** Of all programs of Kubernetes. */
  readonly featureGates?: Readonly<Record<string, boolean>>;
  /** Which APIs are served besides or no longer: `api/alpha` -> `true`. */
  readonly runtimeConfig?: Readonly<Record<string, string>>;
  /** Where the API server writes what it was asked. */
  readonly auditLog: string;
}

/** The files that the programs are given. */
export type ControlPlaneFile =
  | 'ca.crt'
  | 'server.crt'
  | 'server.key'
  | 'etcd-client.crt'
  | 'etcd-client.key'
  | 'kubelet-client.crt'
  | 'kubelet-client.key'
  | 'service-accounts.crt'
  | 'service-accounts.key'
  | 'controller-manager.kubeconfig'
  | 'scheduler.kubeconfig'
  | 'audit-policy.json';

/** etcd keeps nothing that must outlive a power cut, so it need not sync. */
export function etcdArguments(place: ControlPlanePlace): string[] {
  const { dataFolder, etcdPort, etcdPeerPort, files } = place;
  const url = `https://127.0.0.1:${etcdPort}`;
  const peer = `http://127.0.0.1:${etcdPeerPort}`;
  return [
    `--data-dir=${dataFolder}`,
    `--listen-client-urls=${url}`,
    `--advertise-client-urls=${url}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    `--cert-file=${files['server.crt']}`,
    `--key-file=${files['server.key']}`,
    `--trusted-ca-file=${files['ca.crt']}`,
    '--client-cert-auth',
    '--unsafe-no-fsync',
  ];
}

/** As kubeadm starts it, on loopback only. */
export function apiServerArguments(place: ControlPlanePlace): string[] {
  const { etcdPort, apiPort, files, serviceRange, runtimeConfig } = place;
  return [
    `--etcd-servers=https://127.0.0.1:${etcdPort}`,
    `--etcd-cafile=${files['ca.crt']}`,
    `--etcd-certfile=${files['etcd-client.crt']}`,
    `--etcd-keyfile=${files['etcd-client.key']}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${apiPort}`,
    `--tls-cert-file=${files['server.crt']}`,
    `--tls-private-key-file=${files['server.key']}`,
    `--client-ca-file=${files['ca.crt']}`,
    '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
    `--service-account-key-file=${files['service-accounts.crt']}`,
    `--service-account-signing-key-file=${files['service-accounts.key']}`,
    `--service-cluster-ip-range=${serviceRange}`,
    `--kubelet-certificate-authority=${files['ca.crt']}`,
    `--kubelet-client-certificate=${files['kubelet-client.crt']}`,
    `--kubelet-client-key=${files['kubelet-client.key']}`,
    // Our kubelets listen on loopback, which no node may call its internal address.
    '--kubelet-preferred-address-types=ExternalIP,InternalIP',
    '--authorization-mode=Node,RBAC',
    '--enable-admission-plugins=NodeRestriction',
    '--allow-privileged=true',
    `--audit-policy-file=${files['audit-policy.json']}`,
    `--audit-log-path=${place.auditLog}`,
    // In megabytes: another file is never begun.
    '--audit-log-maxsize=100000',
    ...gates(place),
    ...mapFlag('runtime-config', runtimeConfig),
  ];
}

/** As kubeadm starts it; nobody elects a leader of one. */
export function controllerManagerArguments(place: ControlPlanePlace): string[] {
  const { files } = place;
  return [
    `--kubeconfig=${files['controller-manager.kubeconfig']}`,
    `--service-account-private-key-file=${files['service-accounts.key']}`,
    `--root-ca-file=${files['ca.crt']}`,
    '--use-service-account-credentials=true',
    '--leader-elect=false',
    '--secure-port=0',
    ...gates(place),
  ];
}

/** With a KubeSchedulerConfiguration the connection stands in it. */
export function schedulerArguments(place: ControlPlanePlace, configFile?: string): string[] {
  const { files } = place;
  const config =
    configFile === undefined
      ? [`--kubeconfig=${files['scheduler.kubeconfig']}`, '--leader-elect=false']
      : [`--config=${configFile}`];
  return [...config, '--secure-port=0', ...gates(place)];
}

function gates({ featureGates }: ControlPlanePlace): string[] {
  return mapFlag('feature-gates', featureGates);
}

function mapFlag(name: string, map: Readonly<Record<string, boolean | string>> = {}): string[] {
  const pairs = Object.entries(map).map(([key, value]) => `${key}=${value}`);
  return pairs.length === 0 ? [] : [`--${name}=${pairs.join(',')}`];
}
