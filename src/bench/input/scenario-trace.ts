/** A trace from a scenario: the nodes of its cluster, and the pods that the manifests of its steps make. */
import { dirname, join } from 'node:path';
import { isRecord } from '../../../sim/api/equality.js';
import type { Pod, PodSpec } from '../../../sim/api/kinds/core.js';
import { valueOf } from '../../../sim/api/quantity.js';
import type { NodeShape } from '../../../sim/simulation.js';
import { bareProduct } from '../../gpu/catalogue.js';
import { readKindConfig } from '../../gpu/kind-config.js';
import { nodeShapes } from '../../gpu/node-shapes.js';
import { InputError } from '../../input/errors.js';
import { readManifests } from '../../input/manifest-files.js';
import type { Manifest } from '../../input/manifests.js';
import { loadScenario } from '../../scenario/scenario.js';
import type { BenchInput } from '../run/task.js';
import type { Job } from '../timed/job.js';
import type { TraceNode, TracePod } from '../trace/trace.js';
import { podShapeOf } from './pod-shape.js';

/** Jobs run for so long unless told otherwise: manifests do not say. */
const durationSeconds = 3600;

/**
 * Reads the scenario. Manifests are not applied: every template that stands in them makes as many pods as it
 * asks for (replicas, parallelism), and the pods of one object with several are a gang.
 *
 * @throws InputError with file and line.
 */
export function readScenarioTrace(file: string): BenchInput {
  const { cluster, steps, name } = loadScenario(file);
  if (cluster.config === undefined) {
    throw new InputError(
      { file, field: 'spec.cluster.config' },
      'is not set: the nodes are not known',
      'name a kind configuration there, or give --nodes or --node-pools',
    );
  }
  const nodes = nodeShapes(readKindConfig(cluster.config), 1)
    .filter(({ taints }) => !taints.some(({ effect }) => effect === 'NoExecute'))
    .filter(({ isControlPlane }) => !isControlPlane)
    .map(nodeOf);
  const files = steps.flatMap(({ apply }) => apply?.files ?? []);
  const manifests = files.flatMap(path => readManifests(join(dirname(file), path)));
  const jobs = manifests.flatMap(jobsOfManifest);
  const pods = jobs.flatMap(job =>
    job.pods.map((shape, index): TracePod => ({
      ...shape,
      name: `${job.name}-${index}`,
      namespace: job.namespace,
    })),
  );
  if (pods.length === 0)
    throw new InputError(
      { file },
      'its manifests make no pods',
      'name manifests of workloads with replicas',
    );
  return { trace: { name, nodes, pods }, jobs };
}

function nodeOf({ name, labels, capacity, devices }: NodeShape): TraceNode {
  const gpus = new Set(devices.map(({ gpu, id }) => gpu ?? id));
  return {
    name,
    cpuMilli: 1000 * valueOf(capacity['cpu']),
    memoryMib: Math.floor(valueOf(capacity['memory']) / 2 ** 20),
    gpus: gpus.size,
    model: bareProduct(labels['nvidia.com/gpu.product'] ?? ''),
    podsMax: valueOf(capacity['pods']),
  };
}

/** A job for each object that makes pods; daemon sets are part of the nodes, not of the work. */
function jobsOfManifest({ object }: Manifest): Job[] {
  const { kind = '' } = object;
  if (kind === 'DaemonSet') return [];
  const { name = '', namespace = 'default' } = object.metadata;
  const found = kind === 'Pod' ? [{ count: 1, pod: object as Pod }] : templatesIn(object);
  const pods = found.flatMap(({ count, pod }) => {
    const shape = podShapeOf(pod);
    return Array.from({ length: count }, () => shape);
  });
  if (pods.length === 0) return [];
  const own = { namespace, priority: 0, submitSeconds: 0, durationSeconds };
  const isGang = kind.endsWith('Job');
  const id = `${namespace}/${kind.toLowerCase()}/${name}`;
  if (isGang) return [{ ...own, name: id, pods }];
  return pods.map((pod, index) => ({ ...own, name: `${id}/${index}`, pods: [pod] }));
}

interface Template {
  readonly count: number;
  readonly pod: Pick<Pod, 'metadata' | 'spec'>;
}

/** Whatever in an object looks like a template of pods, with the number that stands beside it. */
function templatesIn(value: unknown): Template[] {
  if (Array.isArray(value)) return value.flatMap(templatesIn);
  if (!isRecord(value)) return [];
  const { template, replicas, parallelism } = value;
  const spec = isRecord(template) ? template['spec'] : undefined;
  if (isRecord(template) && isRecord(spec) && Array.isArray(spec['containers'])) {
    const count = Number(replicas ?? parallelism ?? 1);
    // It has containers, as a pod's specification has.
    const podSpec = spec as unknown as PodSpec;
    const metadata = isRecord(template['metadata']) ? template['metadata'] : {};
    return [{ count: Number.isSafeInteger(count) ? count : 1, pod: { metadata, spec: podSpec } }];
  }
  return Object.values(value).flatMap(templatesIn);
}
