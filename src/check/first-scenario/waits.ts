/** What a first scenario waits for: every workload of the manifests whose readiness can be told. */
import { isRecord } from '../../../sim/api/equality.js';
import type { Entry } from '../entry.js';
import { templatesOf } from '../pod-template.js';
import type { Survey } from '../survey.js';

/** A wait step's demands. */
export interface FirstWait {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly condition?: string;
  readonly match?: Readonly<Record<string, unknown>>;
}

/** Kinds that tell by a condition that they serve, or that they have begun. */
const conditions: Readonly<Record<string, string>> = {
  'apps Deployment': 'Available',
  'argoproj.io Rollout': 'Available',
  'kubeflow.org PyTorchJob': 'Running',
  'kubeflow.org TFJob': 'Running',
  'kubeflow.org MXJob': 'Running',
  'kubeflow.org XGBoostJob': 'Running',
  'kubeflow.org MPIJob': 'Running',
  'leaderworkerset.x-k8s.io LeaderWorkerSet': 'Available',
  'ray.io RayService': 'Ready',
  'serving.knative.dev Service': 'Ready',
  'serving.kserve.io InferenceService': 'Ready',
};

/** The waits, in the order of the manifests. */
export function waitsFor({ entries, trial }: Survey): FirstWait[] {
  const refused = new Set(trial.refusals.map(({ entry }) => entry));
  const seen = new Set<string>();
  return entries.flatMap(entry => {
    const demands = refused.has(entry) ? undefined : demandsOf(entry);
    if (demands === undefined || seen.has(entry.title)) return [];
    seen.add(entry.title);
    const { apiVersion, kind, namespace, name } = entry;
    return [{ apiVersion, kind, namespace, name, ...demands }];
  });
}

function demandsOf(entry: Entry): Pick<FirstWait, 'condition' | 'match'> | undefined {
  const { group, kind, object } = entry;
  const condition = conditions[`${group} ${kind}`];
  if (condition !== undefined) return isSuspended(object['spec']) ? undefined : { condition };
  if (group !== 'apps' || kind !== 'StatefulSet') return undefined;
  const replicas = templatesOf(entry)[0]?.replicas ?? 1;
  return replicas > 0 ? { match: { status: { readyReplicas: replicas } } } : undefined;
}

function isSuspended(spec: unknown): boolean {
  if (!isRecord(spec)) return false;
  const policy = isRecord(spec['runPolicy']) ? spec['runPolicy'] : spec;
  return policy['suspend'] === true;
}
