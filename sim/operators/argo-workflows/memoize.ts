/** What came of templates before, kept in ConfigMaps. @upstream workflow/controller/cache/configmap_cache.go */
import { parseDuration } from '../../api/duration.js';
import { configMaps, type ConfigMap } from '../../api/kinds/core.js';
import { timeMs } from '../../api/time.js';
import type { Reconciliation } from '../../client/contract.js';
import { call, create, get, update } from '../../client/requests.js';
import { WorkflowFault } from './fault.js';
import type { Operation } from './operation.js';
import { jsonOf } from './scope.js';
import type { NodeStatus, Outputs, Template } from './types.js';

const typeKey = 'workflows.argoproj.io/configmap-type';
const keyPattern = /^[a-zA-Z0-9][-a-zA-Z0-9_.]*$/;

interface Entry {
  readonly nodeID?: string;
  readonly outputs?: Outputs;
  readonly creationTimestamp?: string;
  readonly lastHitTimestamp?: string;
}

/** What is known of a template's run before it runs. */
export interface Recalled {
  readonly status: NonNullable<NodeStatus['memoizationStatus']>;
  readonly outputs?: Outputs;
}

/** Looks in the cache. */
export function* recall(
  operation: Operation,
  { memoize }: Template,
): Reconciliation<Recalled | WorkflowFault> {
  const { key = '', maxAge = '', cache } = memoize ?? {};
  const cacheName = cache?.configMap?.name ?? '';
  const entry = yield* load(operation, cacheName, key);
  if (entry instanceof WorkflowFault) return entry;
  let hit = entry?.nodeID !== undefined && entry.nodeID !== '';
  if (maxAge !== '') {
    const age = parseDuration(maxAge);
    if (!age.isOk) return new WorkflowFault(`invalid maxAge: ${age.error}`);
    const endMs = (timeMs(entry?.creationTimestamp) ?? 0) + age.value / 1e6;
    if (endMs < operation.nowMs()) hit = false;
  }
  const status = { hit, key, cacheName };
  return hit && entry?.outputs !== undefined ? { status, outputs: entry.outputs } : { status };
}

function* load(
  operation: Operation,
  cacheName: string,
  key: string,
): Reconciliation<Entry | undefined | WorkflowFault> {
  if (!keyPattern.test(key)) return new WorkflowFault(`invalid cache key: ${key}`);
  const answer = yield* call(get(configMaps, operation.namespace, cacheName));
  if (!answer.isOk) {
    return answer.status === 404 ? undefined : new WorkflowFault(answer.message);
  }
  const problem = labelProblem(answer.object);
  if (problem !== undefined) return new WorkflowFault(problem);
  const text = answer.object.data?.[key] ?? '';
  if (text === '') return undefined;
  const entry = jsonOf(text) as Entry | undefined;
  if (entry === undefined) {
    return new WorkflowFault('malformed cache entry: could not unmarshal JSON; unable to parse');
  }
  const told = { ...entry, lastHitTimestamp: operation.now() };
  const data = { ...answer.object.data, [key]: JSON.stringify(told) };
  const written = yield* call(update(configMaps, { ...answer.object, data }));
  return written.isOk ? entry : new WorkflowFault(written.message);
}

/** @upstream validateConfigmap */
function labelProblem({ metadata }: ConfigMap): string | undefined {
  const label = metadata.labels?.[typeKey];
  if (label === undefined) {
    return `memoization configmap doesn't have ${typeKey} label, refusing to use it`;
  }
  if (label === 'Cache') return undefined;
  return `memoization configmap doesn't have label ${typeKey} = Cache, refusing to use it`;
}

/** Keeps what came of nodes that have just ended well; what cannot be kept is an error. @upstream podReconciliation */
export function* remember(operation: Operation): Reconciliation<void> {
  for (const node of [...operation.nodes.values()]) {
    const { memoizationStatus: memo, phase } = node;
    if (memo === undefined || memo.hit || phase !== 'Succeeded') continue;
    if (operation.before.get(node.id)?.phase === 'Succeeded') continue;
    if (operation.remembered.has(node.id)) continue;
    operation.remembered.add(node.id);
    const problem = yield* save(operation, node, memo);
    if (problem === undefined) continue;
    operation.set({ ...node, phase: 'Error', message: problem });
  }
}

function* save(
  operation: Operation,
  { id, outputs }: NodeStatus,
  { cacheName, key }: NonNullable<NodeStatus['memoizationStatus']>,
): Reconciliation<string | undefined> {
  const { namespace } = operation;
  const answer = yield* call(get(configMaps, namespace, cacheName));
  let cache: ConfigMap;
  if (answer.isOk) {
    const problem = labelProblem(answer.object);
    if (problem !== undefined) return problem;
    cache = answer.object;
  } else {
    const metadata = { name: cacheName, namespace };
    const made = yield* call(create(configMaps, { metadata }));
    if (!made.isOk) return `could not save to config map cache: ${made.message}`;
    cache = made.object;
  }
  const now = operation.now();
  const entry: Entry = {
    nodeID: id,
    ...(outputs && { outputs }),
    ...{ creationTimestamp: now, lastHitTimestamp: now },
  };
  const written = yield* call(
    update(configMaps, {
      ...cache,
      metadata: { ...cache.metadata, labels: { [typeKey]: 'Cache' } },
      data: { ...cache.data, [key]: JSON.stringify(entry) },
    }),
  );
  if (written.isOk) return undefined;
  return `error creating cache entry: ${written.message}. Please check out this page for help: https://argo-workflows.readthedocs.io/en/latest/memoization/#faqs`;
}
