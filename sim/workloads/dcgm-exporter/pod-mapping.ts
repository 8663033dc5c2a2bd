/**
 * Whose each GPU is, as the kubelet's pod-resources service tells.
 * @upstream NVIDIA/dcgm-exporter internal/pkg/transformation/kubernetes.go
 */
import type { Pod } from '../../api/kinds/core.js';
import type { GpuReading } from '../../api/node-endpoint.js';
import { ApiWatch } from '../api-watch.js';
import type { ContainerContext } from '../workload.js';
import type { GpuEntity } from './gpu-entities.js';
import type { ExporterOptions } from './options.js';

type Texts = Readonly<Record<string, string>>;

/** What the series of a GPU are told with. */
export interface PodTexts {
  readonly labels: Texts;
  readonly attributes: Texts;
}

const nobody: PodTexts = { labels: {}, attributes: {} };
/** Where the kubelet's socket is; without it nobody's pods are known. */
const socketFolder = '/var/lib/kubelet/pod-resources';

/** Maps GPUs to pods. */
export class PodMapping {
  /** Labels and uids come from the API: only the exporter's own account may tell whether it reads them. */
  private readonly pods: ApiWatch<Pod> | undefined;

  constructor(
    private readonly context: ContainerContext,
    private readonly options: ExporterOptions,
  ) {
    const { isKubernetes, hasPodLabels, hasPodUid } = options;
    const hasToken = context.pod.spec?.automountServiceAccountToken !== false;
    if (!isKubernetes || !(hasPodLabels || hasPodUid) || !hasToken) return;
    const { NODE_NAME: node } = context.env;
    const followed = {
      path: '/api/v1/pods',
      ...(node !== undefined && { query: `fieldSelector=spec.nodeName=${node}` }),
    };
    this.pods = new ApiWatch<Pod>(context, followed, () => undefined);
  }

  end(): void {
    this.pods?.end();
  }

  /** One for each series that the GPU has: of a shared one the last pod is told, or each where it is asked for. */
  of({ devices }: GpuEntity): readonly PodTexts[] {
    const { isKubernetes, hasVirtualGpus } = this.options;
    if (!isKubernetes || this.context.volume(socketFolder) === undefined) return [nobody];
    const held = devices.filter(
      device => device.holder !== undefined && this.isGpu(device.resourceName),
    );
    const told = hasVirtualGpus ? held : held.slice(-1);
    return told.length === 0 ? [nobody] : told.map(device => this.textsOf(device));
  }

  private isGpu(resourceName: string): boolean {
    return (
      resourceName === 'nvidia.com/gpu' ||
      resourceName.startsWith('nvidia.com/mig-') ||
      this.options.hasVirtualGpus ||
      this.options.resourceNames.includes(resourceName)
    );
  }

  private textsOf({ id, holder }: GpuReading): PodTexts {
    const { hasOldNames, hasVirtualGpus, hasPodUid } = this.options;
    const { pod = '', namespace = '', container = '' } = holder ?? {};
    const [, share] = id.split('::');
    const found = this.pods
      ?.items()
      .find(({ metadata }) => metadata.name === pod && metadata.namespace === namespace);
    return {
      labels: this.labelsOf(found),
      attributes: {
        [hasOldNames ? 'pod_name' : 'pod']: pod,
        [hasOldNames ? 'pod_namespace' : 'namespace']: namespace,
        [hasOldNames ? 'container_name' : 'container']: container,
        ...(hasPodUid && { pod_uid: found?.metadata.uid ?? '' }),
        ...(hasVirtualGpus && share !== undefined && { vgpu: share }),
      },
    };
  }

  /** Of shared GPUs the pods' labels are not told. */
  private labelsOf(pod: Pod | undefined): Texts {
    const { hasPodLabels, hasVirtualGpus, isPodLabel } = this.options;
    if (!hasPodLabels || hasVirtualGpus) return {};
    return Object.fromEntries(
      Object.entries(pod?.metadata.labels ?? {})
        .filter(([name]) => isPodLabel(name))
        .map(([name, text]) => [name.replaceAll(/[^a-zA-Z0-9_]/g, '_'), text]),
    );
  }
}
