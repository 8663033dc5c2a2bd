/** Reconciles Configurations: a revision for each generation. @upstream knative/serving v1.22.1 pkg/reconciler/configuration */
import { deepEqual } from '../../api/equality.js';
import { isControlledBy, ownerReference } from '../../api/meta.js';
import { rfc3339 } from '../../api/time.js';
import type { Reconciliation, View } from '../../client/contract.js';
import { call, create } from '../../client/requests.js';
import type { Draft, Reconciler } from './draft.js';
import { keys } from './keys.js';
import { childName } from './names.js';
import {
  configurations,
  revisions,
  type Configuration,
  type ConfigurationStatus,
  type Revision,
} from './types.js';

type Pass = Draft<ConfigurationStatus, Configuration>;

/** How Configurations are reconciled. */
export const configurationReconciler: Reconciler<ConfigurationStatus, Configuration> = {
  kind: configurations,
  dependents: [],
  body: reconcileConfiguration,
};

function* reconcileConfiguration(draft: Pass): Reconciliation<string | undefined> {
  const found = latestCreated(draft.object, draft.view);
  if (found === 'taken') {
    const { name = '' } = draft.object.spec.template?.metadata ?? {};
    failCreation(draft, `revisions.serving.knative.dev "${name}" already exists`);
    return undefined;
  }
  const latest = found ?? (yield* createRevision(draft));
  if (typeof latest === 'string') return latest;
  takeCreated(draft, latest);
  takeReadiness(draft, latest);
  takeReady(draft, latest);
  return undefined;
}

function failCreation({ conditions }: Pass, message: string): void {
  const text = `Revision creation failed with message: ${message}.`;
  conditions.setFalse('Ready', 'RevisionFailed', text);
}

/** The revision of the present generation; `taken`: its name is another's. */
function latestCreated(configuration: Configuration, view: View): Revision | 'taken' | undefined {
  const named = namedRevision(configuration, view);
  if (named !== 'unnamed') return named;
  const { namespace = '', name, generation = 0 } = configuration.metadata;
  return view
    .list(revisions, namespace)
    .find(
      ({ metadata: { labels } }) =>
        labels?.[keys.configurationGeneration] === String(generation) &&
        labels[keys.configuration] === name,
    );
}

/** Whether the name that the template gives is free, or this configuration's revision has it. */
export function namedRevision(
  configuration: Configuration,
  view: View,
): Revision | 'taken' | 'unnamed' | undefined {
  const { template } = configuration.spec;
  const name = template?.metadata?.name ?? '';
  if (name === '') return 'unnamed';
  const revision = view.get(revisions, configuration.metadata.namespace ?? '', name);
  if (revision === undefined) return undefined;
  if (!isControlledBy(revision, configuration)) return 'taken';
  const generation = String(configuration.metadata.generation ?? 0);
  if (revision.metadata.labels?.[keys.configurationGeneration] === generation) return revision;
  return deepEqual(template?.spec, revision.spec) ? revision : 'taken';
}

function* createRevision(draft: Pass): Reconciliation<Revision | string> {
  const made = makeRevision(draft.object, draft.nowMs);
  const answer = yield* call(create(revisions, made));
  if (answer.isOk) {
    draft.tell('Normal', 'Created', `Created Revision "${answer.object.metadata.name ?? ''}"`);
    return answer.object;
  }
  if (answer.reason !== 'AlreadyExists') {
    draft.tell('Warning', 'CreationFailed', `Failed to create Revision: ${answer.message}`);
    failCreation(draft, answer.message);
  }
  return `failed to create Revision: ${answer.message}`;
}

/** The revision of a configuration's present generation. */
export function makeRevision(configuration: Configuration, nowMs: number): Revision {
  const { template } = configuration.spec;
  const { metadata } = configuration;
  const { name = '', namespace = '', generation = 0, annotations = {} } = metadata;
  const routes = annotations[keys.routes];
  const updater = annotations[keys.updater];
  const given = template?.metadata ?? {};
  return {
    metadata: {
      ...given,
      name: given.name ?? childName(name, `-${String(generation).padStart(5, '0')}`),
      namespace,
      labels: {
        ...given.labels,
        ...labelsOf(configuration),
        [keys.routingState]: routes === undefined ? 'pending' : 'active',
      },
      annotations: {
        ...given.annotations,
        ...(updater !== undefined && { [keys.creator]: updater }),
        ...(routes !== undefined && { [keys.routes]: routes }),
        [keys.routingStateModified]: rfc3339(nowMs),
      },
      ownerReferences: [ownerReference(configuration, configurations)],
    },
    spec: template?.spec ?? {},
  };
}

function labelsOf({ metadata }: Configuration): Record<string, string> {
  const { name = '', generation = 0, uid = '', labels } = metadata;
  const all = {
    [keys.configuration]: name,
    [keys.service]: labels?.[keys.service] ?? '',
    [keys.configurationGeneration]: String(generation),
    [keys.configurationUid]: uid,
    [keys.serviceUid]: labels?.[keys.serviceUid] ?? '',
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''));
}

function takeCreated(draft: Pass, { metadata: { name = '' } }: Revision): void {
  draft.put({ latestCreatedRevisionName: name });
  if (draft.status.latestReadyRevisionName !== name) draft.conditions.setUnknown('Ready');
}

function takeReadiness(draft: Pass, { metadata: { name = '' }, status }: Revision): void {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const { latestReadyRevisionName = '' } = draft.status;
  if (ready?.status === 'True' && latestReadyRevisionName === '') {
    draft.tell('Normal', 'ConfigurationReady', 'Configuration becomes ready');
  }
  if (ready?.status !== 'False') return;
  const before = draft.object.status?.conditions?.find(({ type }) => type === 'Ready');
  const message = `Revision "${name}" failed with message: ${ready.message ?? ''}.`;
  draft.conditions.setFalse('Ready', 'RevisionFailed', message);
  if (before?.status === 'False' && before.message === message) return;
  if (name === latestReadyRevisionName) {
    draft.tell('Warning', 'LatestReadyFailed', `Latest ready revision "${name}" has failed`);
  } else {
    draft.tell('Warning', 'LatestCreatedFailed', `Latest created revision "${name}" has failed`);
  }
}

/** The newest revision that is ready is the latest ready one. */
function takeReady(draft: Pass, latest: Revision): void {
  const ready = candidates(draft, latest).find(isReady);
  if (ready === undefined) return;
  const { name = '' } = ready.metadata;
  const old = draft.status.latestReadyRevisionName;
  draft.put({ latestReadyRevisionName: name });
  if (name === draft.status.latestCreatedRevisionName) draft.conditions.setTrue('Ready');
  if (old === name) return;
  draft.tell('Normal', 'LatestReadyUpdate', `LatestReadyRevisionName updated to "${name}"`);
}

/** The revisions since the one that was ready last, the newest first; a named one before all. */
function candidates({ object, view, status }: Pass, latest: Revision): readonly Revision[] {
  const { namespace = '', name, generation = 0 } = object.metadata;
  const wanted = object.spec.template?.metadata?.name;
  const last = view.get(revisions, namespace, status.latestReadyRevisionName ?? '');
  const first = last === undefined ? -Infinity : generationOf(last);
  const isNamed = wanted !== undefined && wanted !== '';
  return view
    .list(revisions, namespace)
    .filter(revision => {
      if (revision.metadata.labels?.[keys.configuration] !== name) return false;
      const own = generationOf(revision);
      if (isNamed && own === generationOf(latest)) return true;
      return last === undefined || (own >= first && own <= generation);
    })
    .sort((a, b) => {
      if (a.metadata.name === wanted) return -1;
      if (b.metadata.name === wanted) return 1;
      return generationOf(b) - generationOf(a);
    });
}

function generationOf({ metadata }: Revision): number {
  return Number(metadata.labels?.[keys.configurationGeneration] ?? 0);
}

/** Whether its status is of its present generation, and says so. */
export function isReady({ metadata, status }: Pick<Revision, 'metadata' | 'status'>): boolean {
  const isObserved = status?.observedGeneration === metadata.generation;
  return isObserved && conditionOf(status, 'Ready') === 'True';
}

/** The status of a condition; undefined: it is not there. */
export function conditionOf(status: Revision['status'], type: string): string | undefined {
  return status?.conditions?.find(condition => condition.type === type)?.status;
}
