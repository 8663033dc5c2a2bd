/**
 * `/metrics/resource`: what the node, its pods and its containers use. Left out: swap, of which there is none.
 * @upstream pkg/kubelet/metrics/collectors/resource_metrics.go
 */
import type { Family, Sample } from '../../api/exposition.js';
import { cpuSeconds } from './used.js';
import type { Used } from './used.js';

interface Counted {
  readonly timeMs: number;
  readonly cpuNanoCoreSeconds: number;
  readonly memoryBytes: number;
}

/** The families, in their order. */
export function resourceFamilies({ node, pods, containers }: Used): readonly Family[] {
  const ofPods = pods.map(used => ({ used, labels: podLabels(used) }));
  const ofContainers = containers.map(used => {
    const { container, namespace, pod } = used;
    return { used, labels: { container, namespace, pod } };
  });
  return [
    cpu('container', ofContainers),
    memory('container', ofContainers),
    {
      name: 'container_start_time_seconds',
      help: '[STABLE] Start time of the container since unix epoch in seconds',
      type: 'gauge',
      samples: ofContainers.map(({ used, labels }) => ({ labels, value: used.startedMs / 1000 })),
    },
    cpu('node', [{ used: node }]),
    memory('node', [{ used: node }]),
    cpu('pod', ofPods),
    memory('pod', ofPods),
    {
      name: 'resource_scrape_error',
      help: '[STABLE] 1 if there was an error while getting container metrics, 0 otherwise',
      type: 'gauge',
      samples: [{ value: 0 }],
    },
  ];
}

const podLabels = ({ namespace, pod }: Readonly<Record<'namespace' | 'pod', string>>) => ({
  namespace,
  pod,
});

type Labelled = readonly { readonly used: Counted; readonly labels?: Sample['labels'] }[];

function cpu(of: 'container' | 'node' | 'pod', all: Labelled): Family {
  return {
    name: `${of}_cpu_usage_seconds_total`,
    help: `[STABLE] Cumulative cpu time consumed by the ${of} in core-seconds`,
    type: 'counter',
    samples: all.map(({ used: { cpuNanoCoreSeconds, timeMs }, labels = {} }) => ({
      ...{ labels, value: cpuSeconds(cpuNanoCoreSeconds), timeMs },
    })),
  };
}

function memory(of: 'container' | 'node' | 'pod', all: Labelled): Family {
  return {
    name: `${of}_memory_working_set_bytes`,
    help: `[STABLE] Current working set of the ${of} in bytes`,
    type: 'gauge',
    samples: all.map(({ used: { memoryBytes, timeMs }, labels = {} }) => ({
      ...{ labels, value: memoryBytes, timeMs },
    })),
  };
}
