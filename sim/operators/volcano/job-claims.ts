/** The claims of a job. @upstream volcano v1.15.1 pkg/controllers/job/job_controller_actions.go createJobIOIfNotExist */
import { persistentVolumeClaims, type PersistentVolumeClaimSpec } from '../../api/kinds/core.js';
import type { Reconciliation, View } from '../../client/contract.js';
import { call, create, update } from '../../client/requests.js';
import type { Random } from '../../engine/random.js';
import { randomEnd } from './job-pods.js';
import { owned } from './svc-plugin.js';
import { jobs, type Job, type VolumeSpec } from './types.js';

/** The job with the names of its claims, which are there; or what went wrong. */
export function* ensureClaims(job: Job, view: View, random: Random): Reconciliation<Job | string> {
  const volumes: VolumeSpec[] = [];
  for (const volume of job.spec.volumes ?? []) {
    const { volumeClaimName: name = '', volumeClaim } = volume;
    if (name !== '') {
      if (view.get(persistentVolumeClaims, job.metadata.namespace ?? '', name) === undefined) {
        return `pvc ${name} is not found, the job will be in the Pending state until the PVC is created`;
      }
      volumes.push(volume);
      continue;
    }
    const made = `${job.metadata.name ?? ''}-pvc-${randomEnd(random)}`;
    const failure = volumeClaim && (yield* createClaim(job, made, volumeClaim));
    if (failure !== undefined) return failure;
    volumes.push({ ...volume, volumeClaimName: made });
  }
  const names = volumes.map(({ volumeClaimName = '' }) => volumeClaimName);
  const controlledResources = {
    ...job.status?.controlledResources,
    ...Object.fromEntries(names.map(name => [`volume-pvc-${name}`, name])),
  };
  const status = { ...job.status, controlledResources };
  const isNamed = (job.spec.volumes ?? []).every(
    ({ volumeClaimName = '' }) => volumeClaimName !== '',
  );
  if (isNamed) return { ...job, status };
  const answer = yield* call(update(jobs, { ...job, spec: { ...job.spec, volumes } }));
  return answer.isOk ? { ...answer.object, status } : answer.message;
}

function* createClaim(
  job: Job,
  name: string,
  spec: PersistentVolumeClaimSpec,
): Reconciliation<string | undefined> {
  const answer = yield* call(create(persistentVolumeClaims, { metadata: owned(job, name), spec }));
  return answer.isOk ? undefined : answer.message;
}
