/** The plug-in svc: a headless Service, and where the others are. @upstream volcano v1.15.1 pkg/controllers/job/plugins/svc/svc.go */
import { configMaps, services, type EnvVar, type Pod } from '../../api/kinds/core.js';
import { networkPolicies } from '../../api/kinds/networking.js';
import { ownerReference } from '../../api/meta.js';
import type { HasMetadata, Kind } from '../../api/object.js';
import type { Reconciliation } from '../../client/contract.js';
import { call, create, get, remove, update } from '../../client/requests.js';
import type { Failure, JobPlugin } from './job-plugins.js';
import { keys } from './keys.js';
import { isArgumentSet } from './plugin-arguments.js';
import { withContainers, withEnv, withMount } from './pod-edits.js';
import { hostsOf } from './task-names.js';
import { jobs, type Job } from './types.js';

const noPolicy = 'disable-network-policy';

/** The plug-in. */
export const svc: JobPlugin = {
  onPodCreate: foundPod,
  *onJobAdd(job, given) {
    const failure =
      (yield* writeHosts(job)) ?? (yield* createIfMissing(services, serviceOf(job, given)));
    if (failure !== undefined || isArgumentSet(given, noPolicy)) return failure;
    return yield* createIfMissing(networkPolicies, policyOf(job));
  },
  *onJobUpdate(job) {
    return yield* writeHosts(job);
  },
  *onJobDelete(job, given) {
    const { namespace = '', name = '' } = job.metadata;
    const failure =
      (yield* removeIfThere(configMaps, namespace, mapName(job))) ??
      (yield* removeIfThere(services, namespace, name));
    if (failure !== undefined || isArgumentSet(given, noPolicy)) return failure;
    return yield* removeIfThere(networkPolicies, namespace, name);
  },
};

function mapName(job: Job): string {
  return `${job.metadata.name ?? ''}-svc`;
}

function foundPod(pod: Pod, job: Job): Pod {
  const spec = pod.spec ?? { containers: [] };
  const named = {
    ...pod,
    spec: {
      ...spec,
      hostname: spec.hostname ?? pod.metadata.name ?? '',
      subdomain: spec.subdomain ?? job.metadata.name ?? '',
    },
  };
  const name = mapName(job);
  const env: readonly EnvVar[] = (job.spec.tasks ?? [])
    .flatMap(task => variablesOf(task.name ?? ''))
    .map(key => ({ name: key, valueFrom: { configMapKeyRef: { name, key } } }));
  const told = withContainers(named, one => withEnv(one, env), { includesInit: true });
  return withMount(told, { name, configMap: { name } }, { mountPath: '/etc/volcano' });
}

function variablesOf(task: string): readonly [string, string] {
  const upper = task.replaceAll('-', '_').toUpperCase();
  return [`VC_${upper}_HOSTS`, `VC_${upper}_NUM`];
}

/** The lists of hosts, task by task. */
export function hostLists(job: Job): Readonly<Record<string, string>> {
  return Object.fromEntries(
    (job.spec.tasks ?? []).flatMap(task => {
      const { name = '' } = task;
      const hosts = hostsOf(job, task).map(({ host, domain }) => `${host}.${domain}`);
      const [list, count] = variablesOf(name);
      return [
        [`${name.replaceAll('-', '_')}.host`, hosts.join('\n')],
        [list, hosts.join(',')],
        [count, String(hosts.length)],
      ];
    }),
  );
}

function* writeHosts(job: Job): Reconciliation<Failure> {
  const metadata = owned(job, mapName(job));
  const data = hostLists(job);
  const found = yield* call(get(configMaps, metadata.namespace, metadata.name));
  if (!found.isOk && found.status !== 404) return found.message;
  if (found.isOk && JSON.stringify(found.object.data) === JSON.stringify(data)) return undefined;
  const answer = found.isOk
    ? yield* call(update(configMaps, { ...found.object, data }))
    : yield* call(create(configMaps, { metadata, data }));
  return answer.isOk ? undefined : answer.message;
}

/** The metadata of something of the job's. */
export function owned(job: Job, name: string) {
  const { namespace = '' } = job.metadata;
  return { namespace, name, ownerReferences: [ownerReference(job, jobs)] };
}

function podsOf(job: Job): Readonly<Record<string, string>> {
  const { namespace = '', name = '' } = job.metadata;
  return { [keys.jobName]: name, [keys.jobNamespace]: namespace };
}

function serviceOf(job: Job, given: readonly string[]) {
  const isEarly = isArgumentSet(given, 'publish-not-ready-addresses');
  return {
    metadata: owned(job, job.metadata.name ?? ''),
    spec: {
      clusterIP: 'None',
      selector: podsOf(job),
      ...(isEarly && { publishNotReadyAddresses: true }),
    },
  };
}

/** Only the job's own pods reach its pods. */
function policyOf(job: Job) {
  const podSelector = { matchLabels: podsOf(job) };
  return {
    metadata: owned(job, job.metadata.name ?? ''),
    spec: { podSelector, ingress: [{ from: [{ podSelector }] }], policyTypes: ['Ingress'] },
  };
}

function* createIfMissing<T extends HasMetadata>(
  kind: Kind<T>,
  object: T,
): Reconciliation<Failure> {
  const { namespace = '', name = '' } = object.metadata;
  const found = yield* call(get(kind, namespace, name));
  if (found.isOk) return undefined;
  if (found.status !== 404) return found.message;
  const answer = yield* call(create(kind, object));
  return answer.isOk ? undefined : answer.message;
}

/** Deletes what may have gone. */
export function* removeIfThere<T extends HasMetadata>(
  kind: Kind<T>,
  namespace: string,
  name: string,
): Reconciliation<Failure> {
  const answer = yield* call(remove(kind, namespace, name));
  return answer.isOk || answer.status === 404 ? undefined : answer.message;
}
