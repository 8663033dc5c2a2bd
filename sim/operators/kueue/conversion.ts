/** Kueue's kinds from v1beta1 to v1beta2 and back. @upstream kueue v0.19.2 apis/kueue/v1beta1 *_conversion.go */
import type { KubeObject } from '../../api/object.js';
import type { Converter } from '../admission/webhook.js';
import { group } from './types.js';

type Fields = Readonly<Record<string, unknown>>;

const workloadSource = 'kueue.x-k8s.io/workloadpriorityclass';
const podSource = 'scheduling.k8s.io/priorityclass';
/** What v1beta1 calls otherwise, there and here. */
const mayStop = 'MayStopSearch';

/** Converts one object. */
export const convert: Converter = (object, apiVersion) => {
  if (object.apiVersion === apiVersion) return object;
  const toStored = apiVersion === `${group}/v1beta2`;
  const change = (toStored ? toNewer : toOlder)[object.kind ?? ''];
  const { spec, status } = object as KubeObject & { readonly spec?: Fields; status?: Fields };
  const next = change === undefined ? {} : withoutUndefined(change(spec ?? {}, status ?? {}));
  return {
    ...object,
    apiVersion,
    ...(spec !== undefined && next.spec !== undefined && { spec: next.spec }),
    ...(status !== undefined && next.status !== undefined && { status: next.status }),
  };
};

interface Parts {
  readonly spec?: Fields;
  readonly status?: Fields;
}

type Change = (spec: Fields, status: Fields) => Parts;

const toNewer: Readonly<Record<string, Change>> = {
  ClusterQueue: (
    { cohort, admissionChecks, ...spec },
    { pendingWorkloadsStatus: _, ...status },
  ) => ({
    spec: {
      ...spec,
      cohortName: cohort || undefined,
      flavorFungibility: newFungibility(spec['flavorFungibility'] as Fields | undefined),
      ...(Array.isArray(admissionChecks) &&
        admissionChecks.length > 0 && {
          admissionChecksStrategy: {
            admissionChecks: admissionChecks.map((name: unknown) => ({ name })),
          },
        }),
    },
    status,
  }),
  LocalQueue: (_spec, { flavorUsage, flavors: _, ...status }) => ({
    status: { ...status, flavorsUsage: flavorUsage },
  }),
  Workload: (
    { priorityClassName, priorityClassSource, ...spec },
    { accumulatedPastExexcutionTimeSeconds, ...status },
  ) => ({
    spec: { ...spec, priorityClassRef: refOf(priorityClassSource, priorityClassName) },
    status: {
      ...status,
      accumulatedPastExecutionTimeSeconds: accumulatedPastExexcutionTimeSeconds,
    },
  }),
};

const toOlder: Readonly<Record<string, Change>> = {
  ClusterQueue: ({ cohortName, ...spec }, status) => ({
    spec: { ...spec, cohort: cohortName },
    status,
  }),
  LocalQueue: (_spec, { flavorsUsage, ...status }) => ({
    status: { ...status, flavorUsage: flavorsUsage },
  }),
  Workload: ({ priorityClassRef, ...spec }, { accumulatedPastExecutionTimeSeconds, ...status }) => {
    const { kind, name } = (priorityClassRef ?? {}) as Fields;
    const source = kind === 'WorkloadPriorityClass' ? workloadSource : podSource;
    return {
      spec: {
        ...spec,
        ...(priorityClassRef !== undefined && {
          priorityClassName: name,
          priorityClassSource: source,
        }),
      },
      status: {
        ...status,
        accumulatedPastExexcutionTimeSeconds: accumulatedPastExecutionTimeSeconds,
      },
    };
  },
};

function refOf(source: unknown, name: unknown): Fields | undefined {
  if (source === workloadSource) return { group, kind: 'WorkloadPriorityClass', name };
  if (source === podSource) return { group: 'scheduling.k8s.io', kind: 'PriorityClass', name };
  return undefined;
}

function newFungibility(old: Fields | undefined): Fields | undefined {
  if (old === undefined) return undefined;
  return {
    ...old,
    ...(old['whenCanPreempt'] === 'Preempt' && { whenCanPreempt: mayStop }),
    ...(old['whenCanBorrow'] === 'Borrow' && { whenCanBorrow: mayStop }),
  };
}

function withoutUndefined({ spec, status }: Parts): Parts {
  const known = (fields: Fields): Fields =>
    Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  return {
    ...(spec !== undefined && { spec: known(spec) }),
    ...(status !== undefined && { status: known(status) }),
  };
}
