/** Writes a property test around an incident: the laws it broke, the dimensions that are worth varying. */
import type { Finding, IncidentFacts } from '../contract.js';
import type { InitialObject } from '../rebuild/initial.js';

/** Which laws a finding speaks of. */
const lawsOf: Readonly<Record<string, readonly string[]>> = {
  'quota exhausted': ['quota-never-exceeded', 'eventually-stable'],
  'two writers of one field': ['hpa-no-flapping', 'eventually-stable'],
  'drift alert': ['drift-detected-in-time', 'one-retraining-per-drift'],
  'retraining starved': ['gang-no-deadlock', 'no-priority-inversion'],
  'job starved': ['gang-no-deadlock', 'no-priority-inversion'],
};
/** Laws that hold of every platform. */
const always = ['requests-within-allocatable', 'gpu-held-once'];

/** The test, as TypeScript. */
export function testText(facts: IncidentFacts, nodes: readonly InitialObject[]): string {
  const laws = [
    ...new Set([...facts.findings.flatMap(({ what }) => lawsOf[what] ?? []), ...always]),
  ];
  const pools = poolsOf(nodes);
  const hasGpus = pools.some(({ gpus }) => gpus !== undefined);
  const hasQuotas = Object.keys(facts.quotas ?? {}).length > 0;
  const faults = ['crash', 'watch', 'node-down', ...(hasGpus ? ['gpu'] : [])];
  return `/**
 * Voyages around an incident: its manifests on its nodes, with what may happen to them.
 * ${facts.findings.map(toldIn).join('\n * ')}
 */
import { manifestFiles } from 'seatrial';
import { test } from 'seatrial/vitest';

// Pods and ReplicaSets come from their owners; nodes are the pools below.
const made = new Set(['Pod', 'ReplicaSet', 'Node']);
const manifests = manifestFiles(new URL('manifests', import.meta.url).pathname)
  .filter(({ kind = '' }) => !made.has(kind));

// The nodes that there were.
const pools = ${JSON.stringify(pools, null, 2)};
/** The last pool is another number of nodes. */
const nodes = (by: number) =>
  pools.map((pool, index) =>
    index < pools.length - 1 ? pool : { ...pool, count: Math.max(pool.count + by, 1) },
  );
/** Quotas allow so many times as much. */
const quotas = (factor: number) =>
  manifests.map(manifest => {
    const { hard = {} } = (manifest['spec'] ?? {}) as { hard?: Record<string, string> };
    if (manifest.kind !== 'ResourceQuota') return manifest;
    const scaled = Object.entries(hard).map(([key, value]) => {
      const [, number = '', unit = ''] = /^([0-9.]+)(.*)$/.exec(String(value)) ?? [];
      return [key, \`\${Math.ceil(Number(number) * factor)}\${unit}\`];
    });
    return { ...manifest, spec: { ...(manifest['spec'] as object), hard: Object.fromEntries(scaled) } };
  });

// What is worth varying, one thing at a time.
const variations = [
  { name: 'as it was', pools, manifests },
  { name: 'with a node more', pools: nodes(1), manifests },
  { name: 'with a node fewer', pools: nodes(-1), manifests },
${hasQuotas ? "  { name: 'with quotas twice as large', pools, manifests: quotas(2) },\n  { name: 'with quotas half as large', pools, manifests: quotas(0.5) },\n" : ''}];

for (const { name, ...varied } of variations) {
  test.voyage(\`the incident does not come again, \${name}\`, {
    ...varied,
    // The laws that it broke, and those that hold always.
    laws: ${JSON.stringify(laws)},
    // What may go wrong besides what people do.
    faults: ${JSON.stringify(faults)},
    eventsMax: 6,
    hasSubsets: false,
    parameters: { numRuns: 3 },
  });
}
`;
}

function toldIn({ what, detail }: Finding): string {
  return `- ${what}: ${detail}`.replaceAll('*/', '* /');
}

interface Pool {
  readonly name: string;
  readonly count: number;
  readonly cpu: string;
  readonly memory: string;
  readonly gpus?: { readonly product: string; readonly count: number };
}

/** Nodes of one size are a pool. */
function poolsOf(nodes: readonly InitialObject[]): Pool[] {
  const pools = new Map<string, Pool>();
  for (const { object } of nodes) {
    const { capacity = {} } = (object['status'] ?? {}) as {
      readonly capacity?: Readonly<Record<string, string>>;
    };
    const labels = object.metadata.labels ?? {};
    const { cpu = '8', memory = '32Gi' } = capacity;
    const gpus = Number(capacity['nvidia.com/gpu'] ?? 0);
    const product = labels['nvidia.com/gpu.product'] ?? 'GPU';
    const key = [cpu, memory, gpus, product].join(' ');
    const before = pools.get(key);
    pools.set(key, {
      // A name of one letter is nobody's.
      name: String.fromCharCode(97 + (pools.size % 26)),
      cpu,
      memory,
      ...(gpus > 0 && { gpus: { product, count: gpus } }),
      ...before,
      count: (before?.count ?? 0) + 1,
    });
  }
  return [...pools.values()];
}
