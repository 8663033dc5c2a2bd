/** How an object other than a pod stands, in a few words: what a reader of `kubectl get` looks at. */
import type { KubeObject } from '../../sim/api/object.js';

/** The words; empty: it is told that it exists, and no more. */
export interface ShownState {
  readonly state: string;
  readonly ready?: number;
  readonly desired?: number;
}

interface Condition {
  readonly type: string;
  readonly status: string;
}

/** What is read of specs and statuses; everything may be missing. */
interface Fields {
  readonly spec: Readonly<Record<string, unknown>>;
  readonly status: Readonly<Record<string, unknown>>;
}

type Show = (fields: Fields) => ShownState;

const shows: Readonly<Record<string, Show>> = {
  'apps/Deployment': readyOf,
  'apps/StatefulSet': readyOf,
  'apps/ReplicaSet': () => ({ state: '' }),
  'apps/DaemonSet': ({ status }) => {
    const [ready, desired] = [
      count(status['numberReady']),
      count(status['desiredNumberScheduled']),
    ];
    return { state: `${ready}/${desired} ready`, ready, desired };
  },
  'batch/Job': jobState,
  'batch/CronJob': () => ({ state: 'exists' }),
  'autoscaling/HorizontalPodAutoscaler': ({ status }) => {
    const [now, wanted] = [count(status['currentReplicas']), count(status['desiredReplicas'])];
    return { state: now === wanted ? `wants ${wanted}` : `${now}, wants ${wanted}` };
  },
  'policy/PodDisruptionBudget': ({ status }) => ({
    state: `${count(status['disruptionsAllowed'])} disruptions allowed`,
  }),
  '/ResourceQuota': quotaState,
};

/** Undefined for a kind that is not shown. */
export function shownState(object: KubeObject): ShownState | undefined {
  const { apiVersion = '', kind = '' } = object;
  const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
  const fields: Fields = { spec: part(object['spec']), status: part(object['status']) };
  const show = shows[`${group}/${kind}`];
  if (show !== undefined) return show(fields);
  const isCustom = group.includes('.') && !group.endsWith('k8s.io');
  return isCustom ? conditionState(fields) : undefined;
}

function part(value: unknown): Readonly<Record<string, unknown>> {
  return (value ?? {}) as Readonly<Record<string, unknown>>;
}

function count(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}

function readyOf({ spec, status }: Fields): ShownState {
  const [ready, desired] = [count(status['readyReplicas']), count(spec['replicas'] ?? 1)];
  return { state: `${ready}/${desired} ready`, ready, desired };
}

function conditionsOf({ status }: Fields): readonly Condition[] {
  return (status['conditions'] ?? []) as readonly Condition[];
}

function jobState(fields: Fields): ShownState {
  const { spec, status } = fields;
  const end = conditionsOf(fields).find(
    ({ type, status: value }) => value === 'True' && ['Complete', 'Failed'].includes(type),
  );
  if (end !== undefined) return { state: end.type };
  if (spec['suspend'] === true) return { state: 'Suspended' };
  const active = count(status['active']);
  return { state: active === 0 ? 'waiting' : `${active} active` };
}

function quotaState({ status }: Fields): ShownState {
  const [hard, used] = [part(status['hard']), part(status['used'])];
  const gpus = Object.keys(hard).filter(name => name.includes('.com/'));
  const texts = gpus.map(
    name => `${String(used[name] ?? 0)} of ${String(hard[name])} ${name.replace('requests.', '')}`,
  );
  return { state: texts.join(', ') };
}

/** Operators tell by conditions: what is true of them, or that they are not ready. */
function conditionState(fields: Fields): ShownState {
  const conditions = conditionsOf(fields);
  const ready = conditions.find(({ type }) => type === 'Ready');
  if (ready !== undefined) return { state: ready.status === 'True' ? 'Ready' : 'not ready' };
  const isTrue = conditions.filter(({ status }) => status === 'True').map(({ type }) => type);
  return { state: isTrue.at(-1) ?? (conditions.length > 0 ? 'not ready' : 'exists') };
}
