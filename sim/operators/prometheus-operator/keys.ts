/** The names that the operator gives. @upstream prometheus-operator v0.93 pkg/operator/{kubernetes,factory,defaults}.go, pkg/prometheus/common.go */

/** The API group of its kinds. */
export const group = 'monitoring.coreos.com';

/** What is on everything that the operator makes. */
export const managedLabels = {
  'managed-by': 'prometheus-operator',
  'app.kubernetes.io/managed-by': 'prometheus-operator',
} as const;

/** Labels and annotations of its objects. */
export const keys = {
  shard: 'operator.prometheus.io/shard',
  name: 'operator.prometheus.io/name',
  mode: 'operator.prometheus.io/mode',
  /** Of the config maps of rules. */
  ruleOwner: 'prometheus-name',
  inputHash: 'prometheus-operator-input-hash',
} as const;

/** What it installs where a Prometheus does not say. */
export const defaults = {
  version: 'v3.13.2',
  image: 'quay.io/prometheus/prometheus',
  reloaderImage: 'quay.io/prometheus-operator/prometheus-config-reloader:v0.93.0',
  retention: '24h',
  portName: 'web',
} as const;

/** Where things are in the pod. */
export const folders = {
  configuration: '/etc/prometheus/config',
  output: '/etc/prometheus/config_out',
  rules: '/etc/prometheus/rules',
  storage: '/prometheus',
  webConfiguration: '/etc/prometheus/web_config',
  certificates: '/etc/prometheus/certs',
} as const;

/** The key of the configuration in its Secret, and the file that the reloader makes of it. */
export const files = {
  packed: 'prometheus.yaml.gz',
  expanded: 'prometheus.env.yaml',
} as const;

/** The service of all Prometheus of a namespace. */
export const governingService = 'prometheus-operated';

/** `prometheus-main`, and `prometheus-main-shard-1` for further shards. */
export function setName(name: string, shard = 0): string {
  return shard === 0 ? `prometheus-${name}` : `prometheus-${name}-shard-${shard}`;
}
