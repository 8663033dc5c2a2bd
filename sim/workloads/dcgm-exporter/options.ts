/** The exporter's flags, each of which may come as a variable. @upstream NVIDIA/dcgm-exporter pkg/cmd/app.go */
import { RE2JS } from 're2js';
import { flagsOf } from '../agnhost/flags.js';
import type { ContainerContext } from '../workload.js';
import { ownFiles } from './counters.js';

/** What is asked for. */
export interface ExporterOptions {
  readonly port: number;
  readonly intervalMs: number;
  readonly countersFile: string;
  /** `<namespace>:<name>` of a ConfigMap that has the counters instead. */
  readonly countersMap: string | undefined;
  readonly isKubernetes: boolean;
  /** One series for each pod that shares a GPU. */
  readonly hasVirtualGpus: boolean;
  readonly hasPodLabels: boolean;
  readonly hasPodUid: boolean;
  isPodLabel(name: string): boolean;
  /** Resources that count GPUs besides NVIDIA's own. */
  readonly resourceNames: readonly string[];
  readonly hasOldNames: boolean;
  readonly hasDashesInNames: boolean;
  /** Empty: it is not told. */
  readonly hostname: string;
  /** The name of the label: 4.8.2 was the last to begin it with a capital. */
  readonly hostnameLabel: 'Hostname' | 'hostname';
  /** What it is asked for and does not do. */
  readonly problems: readonly string[];
}

type Read = (name: string, variable: string, alias?: string) => string | undefined;

const words = (text = ''): readonly string[] =>
  text
    .split(',')
    .map(word => word.trim())
    .filter(word => word !== '');

/** Reads the command line and the environment: flags go first. */
export function exporterOptions({
  command,
  env,
  pod,
  container,
}: Pick<ContainerContext, 'command' | 'env' | 'pod' | 'container'>): ExporterOptions {
  const flags = flagsOf(command);
  const read: Read = (name, variable, alias = name) => flags[name] ?? flags[alias] ?? env[variable];
  const isOn: (...of: Parameters<Read>) => boolean = (...of) =>
    /^(1|t|true)$/i.test(read(...of) ?? '');
  const patterns = words(
    read(
      'kubernetes-pod-label-allowlist-regex',
      'DCGM_EXPORTER_KUBERNETES_POD_LABEL_ALLOWLIST_REGEX',
    ),
  ).map(text => RE2JS.compile(text));
  const map = read('configmap-data', 'DCGM_EXPORTER_CONFIGMAP_DATA', 'm') ?? 'none';
  const hasNoHostname = isOn('no-hostname', 'DCGM_EXPORTER_NO_HOSTNAME', 'n');
  return {
    port: portOf(read('address', 'DCGM_EXPORTER_LISTEN', 'a')),
    intervalMs: numberOf(read('collect-interval', 'DCGM_EXPORTER_INTERVAL', 'c'), 30_000),
    countersFile: read('collectors', 'DCGM_EXPORTER_COLLECTORS', 'f') ?? ownFiles[0],
    countersMap: map === 'none' ? undefined : map,
    isKubernetes: isOn('kubernetes', 'DCGM_EXPORTER_KUBERNETES', 'k'),
    hasVirtualGpus: isOn('kubernetes-virtual-gpus', 'KUBERNETES_VIRTUAL_GPUS'),
    hasPodLabels: isOn(
      'kubernetes-enable-pod-labels',
      'DCGM_EXPORTER_KUBERNETES_ENABLE_POD_LABELS',
    ),
    hasPodUid: isOn('kubernetes-enable-pod-uid', 'DCGM_EXPORTER_KUBERNETES_ENABLE_POD_UID'),
    isPodLabel: name =>
      patterns.length === 0 || patterns.some(pattern => pattern.matcher(name).find()),
    resourceNames: words(read('nvidia-resource-names', 'NVIDIA_RESOURCE_NAMES')),
    hasOldNames: isOn('use-old-namespace', 'DCGM_EXPORTER_USE_OLD_NAMESPACE', 'o'),
    hasDashesInNames: isOn(
      'replace-blanks-in-model-name',
      'DCGM_EXPORTER_REPLACE_BLANKS_IN_MODEL_NAME',
      'rbmn',
    ),
    hostname: hasNoHostname
      ? ''
      : (env['NODE_NAME'] ?? pod.spec?.hostname ?? pod.metadata.name ?? ''),
    hostnameLabel: hostnameLabel(container.image ?? ''),
    problems: problemsOf(read),
  };
}

/** What changes what is told, and is not done here. */
const ignored: readonly Parameters<Read>[] = [
  ['devices', 'DCGM_EXPORTER_DEVICES_STR', 'd'],
  ['hpc-job-mapping-dir', 'DCGM_HPC_JOB_MAPPING_DIR'],
  ['kubernetes-enable-dra', 'KUBERNETES_ENABLE_DRA'],
  ['web-config-file', 'DCGM_EXPORTER_WEB_CONFIG_FILE'],
];

const problemsOf = (read: Read): readonly string[] =>
  ignored.flatMap(each => {
    const text = read(...each) ?? '';
    return ['', 'f', 'false'].includes(text) ? [] : [`--${each[0]} is not simulated`];
  });

function portOf(address = ''): number {
  const [, port = '9400'] = /:(\d+)$/.exec(address) ?? [];
  return Number(port);
}

function numberOf(text: string | undefined, otherwise: number): number {
  const number = Number(text ?? Number.NaN);
  return Number.isFinite(number) && number > 0 ? number : otherwise;
}

/** Of a tag `4.5.3-4.8.2-distroless` the second is the exporter's own version. */
function hostnameLabel(image: string): 'Hostname' | 'hostname' {
  const [, ...parts] = /:[\d.]+-(\d+)\.(\d+)\.(\d+)/.exec(image) ?? [];
  const [major = 0, minor = 0, patch = 0] = parts.map(Number);
  const isNewer = [major - 4, minor - 8, patch - 2].find(difference => difference !== 0) ?? 0;
  return isNewer > 0 ? 'hostname' : 'Hostname';
}
