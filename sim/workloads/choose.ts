/** Decides which workload plays a container. */
import type { Container, Pod } from '../api/kinds/core.js';
import { agnhost, isAgnhostCommand, noNewPrivilegesImage, updateDemo } from './agnhost/index.js';
import { alertmanager } from './alertmanager/index.js';
import { argoProgram } from './argo/index.js';
import { kubeRbacProxy } from './kube-rbac-proxy/index.js';
import { kubeStateMetrics } from './kube-state-metrics/index.js';
import { blackboxExporter, grafana, prometheusOperatorPod } from './monitored/index.js';
import { nodeExporter } from './node-exporter/index.js';
import { dcgmExporter } from './dcgm-exporter/index.js';
import { knativeProgram } from './knative/index.js';
import { daskProgram } from './dask/index.js';
import { sidecarProxy } from './istio/sidecar-proxy.js';
import { configReloader } from './prometheus/config-reloader.js';
import { prometheusServer } from './prometheus/index.js';
import { prometheusAdapter } from './prometheus-adapter/index.js';
import { resourceConsumer } from './agnhost/resource-consumer.js';
import { sampleApiServer } from './sample-apiserver/index.js';
import { command, exitAfter, pause, plainWorkloads, runForever, waiting } from './plain.js';
import { rayProgram } from './ray/index.js';
import { seldonProgram } from './seldon/index.js';
import { readsImageFiles } from './shell/image-reads.js';
import { isShellCommand } from './shell/knows.js';
import { waitCommand } from './shell/asking/kubectl.js';
import { waitsPlayably } from './shell/partly-known.js';
import { sparkWorkload } from './spark/index.js';
import type { Workload, WorkloadRule } from './workload.js';

/** The label by which a pod asks for a workload. */
const workloadLabel = 'seatrial.dev/workload';

/** A container that is to be played. */
export interface Played {
  readonly pod: Pod;
  readonly container: Container;
  /** After expansion; empty when the image has none either. */
  readonly command: readonly string[];
}

/** What a container does of which nothing is known, where it is meant to end. */
const completes = exitAfter('complete-after', 2, 0);
const initializes = exitAfter('complete-after', 0, 0);
const waitsInJob = waiting(2);
const waitsInInit = waiting(0);

/**
 * Makes the decision for a cluster: the first rule that matches; the pod's label; a command that the small
 * shell knows; else a container of a Job or of an init step completes, having waited for what its command
 * names, and any other runs for ever.
 */
export function chooser(rules: readonly WorkloadRule[]): (played: Played) => Workload {
  const patterns = rules.map(rule => ({
    rule,
    image: rule.image === undefined ? undefined : imagePattern(rule.image),
  }));
  const choose = (played: Played): Workload => {
    const { pod, container } = played;
    const image = withoutTag(container.image ?? '');
    const match = patterns.find(
      ({ rule, image: pattern }) =>
        (pattern === undefined || pattern.test(image)) &&
        (rule.container === undefined || rule.container === container.name) &&
        Object.entries(rule.labels ?? {}).every(
          ([key, value]) => pod.metadata.labels?.[key] === value,
        ),
    );
    return match?.rule.workload ?? labelled(pod) ?? usual(played);
  };
  // Rules and labels are about the programs of steps, not about what starts them.
  return played => argoProgram(played, choose) ?? choose(played);
}

function labelled(pod: Pod): Workload | undefined {
  const name = pod.metadata.labels?.[workloadLabel];
  const isKnown = name !== undefined && Object.hasOwn(plainWorkloads, name);
  return isKnown ? plainWorkloads[name]?.({}) : undefined;
}

/** Images that are played whatever their command. */
const images: readonly (readonly [image: RegExp, workload: Workload])[] = [
  [/(^|\/)(nautilus|kitten)$/, updateDemo],
  [/(^|\/)resource-consumer$/, resourceConsumer],
  [/(^|\/)sample-apiserver$/, sampleApiServer],
  [/(^|\/)(prometheus|prom)\/alertmanager$/, alertmanager],
  [/(^|\/)dcgm-exporter$/, dcgmExporter],
  [/(^|\/)kube-state-metrics$/, kubeStateMetrics],
  [/(^|\/)kube-rbac-proxy$/, kubeRbacProxy],
  [/(^|\/)(prometheus|prom)\/node-exporter$/, nodeExporter],
  [/(^|\/)grafana\/grafana(-oss|-enterprise)?$/, grafana],
  [/(^|\/)(prometheus|prom)\/blackbox-exporter$/, blackboxExporter],
  [/(^|\/)prometheus-operator\/prometheus-operator$/, prometheusOperatorPod],
  [/(^|\/)(prometheus|prom)\/prometheus$/, prometheusServer],
  [/(^|\/)prometheus-config-reloader$/, configReloader],
  [/(^|\/)(k8s-)?prometheus-adapter(-amd64)?$/, prometheusAdapter],
];

/** The program of an image that is known. */
function known(image: string, { container, command: words }: Played): Workload | undefined {
  if (/(^|\/)agnhost$/.test(image) && isAgnhostCommand(words)) return agnhost;
  if (/(^|\/)nonewprivs$/.test(image) && words.length === 0) return noNewPrivilegesImage;
  // A mesh's sidecar, or the step before it that sends all packets its way.
  if (/(^|\/)proxyv2$/.test(image))
    return words[0] === 'istio-iptables' ? initializes : sidecarProxy;
  const [, workload] = images.find(([pattern]) => pattern.test(image)) ?? [];
  return workload ?? knativeProgram(image, container);
}

function usual(played: Played): Workload {
  const { pod, container, command: words } = played;
  const image = withoutTag(container.image ?? '');
  const program = known(image, played);
  if (program !== undefined) return program;
  if (isPause(image, words) && !isTimed(pod)) return pause;
  const spark = sparkWorkload(words, container);
  if (spark !== undefined) return spark;
  const ray = rayProgram(container, words);
  if (ray !== undefined) return ray;
  // Kubernetes' test images reach servers that are played: only there are their answers known.
  const reaches = /(^|\/)e2e-test-images\//.test(image) ? 'all' : 'none';
  if (isShellCommand(words, reaches) && !readsImageFiles(words, container)) return command;
  const isInit = pod.spec?.initContainers?.some(({ name }) => name === container.name) === true;
  if (isInit && container.restartPolicy !== 'Always') {
    return waitsPlayably(waitCommand(image, words)) ? waitsInInit : initializes;
  }
  const dask = daskProgram(pod, container, words);
  if (dask !== undefined) return dask;
  const seldon = seldonProgram(image, container);
  if (seldon !== undefined) return seldon;
  const policy = pod.spec?.restartPolicy ?? 'Always';
  if (policy === 'Always') return runForever;
  return waitsPlayably(words) ? waitsInJob : completes;
}

/** The image that only waits for its signal, in a Job as anywhere else. */
function isPause(image: string, words: readonly string[]): boolean {
  return /(^|\/)pause$/.test(image) && (words.length === 0 || words[0] === '/pause');
}

/** Its annotations say how long it runs. */
function isTimed({ metadata }: Pod): boolean {
  return metadata.annotations?.['seatrial.dev/seconds'] !== undefined;
}

function withoutTag(image: string): string {
  const name = image.split('@')[0] ?? '';
  const colon = name.indexOf(':', name.lastIndexOf('/') + 1);
  return colon < 0 ? name : name.slice(0, colon);
}

/** The names that a pattern means: `*` is any run of characters. */
export function imagePattern(image: string): RegExp {
  const escaped = image.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*');
  return new RegExp(`^${escaped}$`);
}
