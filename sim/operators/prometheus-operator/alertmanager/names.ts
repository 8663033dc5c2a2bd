/** The names that the operator gives to what is of an Alertmanager. @upstream prometheus-operator v0.93 pkg/alertmanager/{statefulset,operator}.go */
import { managedLabels } from '../keys.js';
import type { AlertmanagerSpec } from './types.js';

/** What it installs where an Alertmanager does not say. */
export const defaults = {
  version: 'v0.33.1',
  image: 'quay.io/prometheus/alertmanager',
  retention: '120h',
  portName: 'web',
} as const;

/** Where things are in the pod. */
export const folders = {
  configuration: '/etc/alertmanager/config',
  output: '/etc/alertmanager/config_out',
  templates: '/etc/alertmanager/templates',
  storage: '/alertmanager',
  webConfiguration: '/etc/alertmanager/web_config',
  clusterTls: '/etc/alertmanager/cluster_tls_config',
  certificates: '/etc/alertmanager/certs',
  secrets: '/etc/alertmanager/secrets',
  configMaps: '/etc/alertmanager/configmaps',
} as const;

/** The keys of the configuration in the Secrets, and the file that the reloader makes of it. */
export const files = {
  users: 'alertmanager.yaml',
  packed: 'alertmanager.yaml.gz',
  expanded: 'alertmanager.env.yaml',
  web: 'web-config.yaml',
  clusterTls: 'cluster-tls-config.yaml',
} as const;

/** The service of all Alertmanagers of a namespace. */
export const governingService = 'alertmanager-operated';

/** `alertmanager-main`. */
export const setName = (name: string): string => `alertmanager-${name}`;

/** The Secret with the configuration that is loaded. */
export const generatedName = (name: string): string => `${setName(name)}-generated`;

/** What its pods are found by. */
export function selectorLabels(name: string): Readonly<Record<string, string>> {
  return {
    'app.kubernetes.io/name': 'alertmanager',
    'app.kubernetes.io/managed-by': managedLabels['app.kubernetes.io/managed-by'],
    'app.kubernetes.io/instance': name,
    alertmanager: name,
  };
}

/** One, unless a number is said. */
export function replicasOf({ replicas = 1 }: AlertmanagerSpec): number {
  return Math.max(0, replicas);
}

/** The 30 of v0.30.0. */
export function minorOf({ version = defaults.version }: AlertmanagerSpec): number {
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(version) ?? [];
  return major === '0' ? Number(minor) : Number.NaN;
}
