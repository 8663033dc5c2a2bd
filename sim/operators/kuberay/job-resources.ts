/** Makes and deletes what a RayJob needs. @upstream kuberay v1.7.0 rayjob_controller.go */
import { jobs } from '../../api/kinds/batch.js';
import { services } from '../../api/kinds/core.js';
import { isDeleting } from '../../api/meta.js';
import type { Reconciliation, View } from '../../client/contract.js';
import type { EventToRecord } from '../../client/event-recorder.js';
import { call, create, remove, update } from '../../client/requests.js';
import { jobCluster, jobService, submitterJob } from './job-objects.js';
import { selectsCluster } from './job-validation.js';
import { keys } from './keys.js';
import { rayClusters, rayJobs, type RayCluster, type RayJob } from './types.js';

type Failure = { readonly failure: string };

/** The hand of a pass on a job's things. */
export class JobResources {
  private readonly namespace: string;
  private readonly name: string;

  constructor(
    private readonly job: RayJob,
    private readonly view: View,
    private readonly record: (event: Omit<EventToRecord, 'regarding'>) => void,
  ) {
    const { name = '', namespace = '' } = job.metadata;
    this.name = name;
    this.namespace = namespace;
  }

  private tell(reason: string, action: string, message: string): void {
    const isBad = reason.startsWith('Failed') || reason === 'RayClusterNotFound';
    this.record({ type: isBad ? 'Warning' : 'Normal', reason, action, message });
  }

  /** The job's cluster, which is made where it is not there. */
  *cluster(name: string): Reconciliation<RayCluster | Failure> {
    const found = this.view.get(rayClusters, this.namespace, name);
    if (found !== undefined) return found;
    const full = `${this.namespace}/${name}`;
    if (selectsCluster(this.job.spec)) {
      const message = `RayCluster ${full} set in the clusterSelector is not found. It must be created manually`;
      this.tell('RayClusterNotFound', 'Validate', message);
      return {
        failure: `clusterSelector mode is enabled, but RayCluster ${full} is not found: RayCluster.ray.io "${name}" not found`,
      };
    }
    const answer = yield* call(create(rayClusters, jobCluster(this.job, name)));
    if (answer.isOk) {
      this.tell('CreatedRayCluster', 'Create', `Created RayCluster ${full}`);
      return answer.object;
    }
    const message = `Failed to create RayCluster ${full}: ${answer.message}`;
    this.tell('FailedToCreateRayCluster', 'Create', message);
    return { failure: answer.message };
  }

  *submitter(job: RayJob, cluster: RayCluster): Reconciliation<string | undefined> {
    if (this.view.get(jobs, this.namespace, this.name) !== undefined) return undefined;
    const full = `${this.namespace}/${this.name}`;
    const answer = yield* call(create(jobs, submitterJob(job, cluster)));
    if (answer.isOk) {
      this.tell('CreatedRayJobSubmitter', 'Create', `Created Kubernetes Job ${full}`);
      return undefined;
    }
    const message = `Failed to create new Kubernetes Job ${full}: ${answer.message}`;
    this.tell('FailedToCreateRayJobSubmitter', 'Create', message);
    return answer.message;
  }

  /** The service that leads to the head of whichever cluster the job has. */
  *service(cluster: RayCluster): Reconciliation<string | undefined> {
    if (selectsCluster(this.job.spec)) return undefined;
    const wanted = jobService(this.job, cluster);
    const full = `${this.namespace}/${wanted.metadata.name ?? ''}`;
    const current = this.view.get(services, this.namespace, wanted.metadata.name ?? '');
    const leadsTo = (spec = wanted.spec) => spec?.selector?.[keys.cluster];
    if (current !== undefined && leadsTo(current.spec) === leadsTo()) return undefined;
    const clusterIP = current?.spec?.clusterIP;
    const moved = {
      ...current,
      metadata: current?.metadata ?? {},
      spec: { ...wanted.spec, ...(clusterIP !== undefined && { clusterIP }) },
    };
    const answer = yield* call(
      current === undefined ? create(services, wanted) : update(services, moved),
    );
    const [done, tried, action] =
      current === undefined ? ['Created', 'Create', 'create'] : ['Updated', 'Update', 'update'];
    if (answer.isOk) {
      this.tell(`${done}Service`, tried, `${done} the service ${full}`);
      return undefined;
    }
    const message = `Failed to ${action} the service ${full}, ${answer.message}`;
    this.tell(`FailedTo${tried}Service`, tried, message);
    return answer.message;
  }

  /** Whether the cluster is gone; its deletion is begun. */
  *removeCluster(name: string): Reconciliation<boolean | Failure> {
    if (selectsCluster(this.job.spec)) return true;
    const cluster = this.view.get(rayClusters, this.namespace, name);
    if (cluster === undefined) return true;
    if (isDeleting(cluster)) return false;
    const full = `${this.namespace}/${name}`;
    const answer = yield* call(remove(rayClusters, this.namespace, name));
    if (answer.isOk) {
      this.tell('DeletedRayCluster', 'Delete', `Deleted cluster ${full}`);
      return false;
    }
    this.tell(
      'FailedToDeleteRayCluster',
      'Delete',
      `Failed to delete cluster ${full}: ${answer.message}`,
    );
    return { failure: answer.message };
  }

  /** Whether the Job that submits is gone; its deletion is begun. */
  *removeSubmitter(): Reconciliation<boolean | Failure> {
    if (['HTTPMode', 'SidecarMode'].includes(this.job.spec.submissionMode ?? '')) return true;
    const job = this.view.get(jobs, this.namespace, this.name);
    if (job === undefined) return true;
    if (isDeleting(job)) return false;
    const full = `${this.namespace}/${this.name}`;
    const answer = yield* call(
      remove(jobs, this.namespace, this.name, { propagationPolicy: 'Background' }),
    );
    if (answer.isOk) {
      this.tell('DeletedRayJobSubmitter', 'Delete', `Deleted submitter K8s Job ${full}`);
      return false;
    }
    const message = `Failed to delete submitter K8s Job ${full}: ${answer.message}`;
    this.tell('FailedToDeleteRayJobSubmitter', 'Delete', message);
    return { failure: answer.message };
  }

  *removeSelf(): Reconciliation<string | undefined> {
    const answer = yield* call(remove(rayJobs, this.namespace, this.name));
    return answer.isOk || answer.status === 404 ? undefined : answer.message;
  }

  /** All workers go, and the head stays. */
  *suspendWorkers(name: string): Reconciliation<string | undefined> {
    const cluster = this.view.get(rayClusters, this.namespace, name);
    if (cluster === undefined) return `RayCluster.ray.io "${name}" not found`;
    const groups = cluster.spec.workerGroupSpecs ?? [];
    const spec = {
      ...cluster.spec,
      workerGroupSpecs: groups.map(group => ({ ...group, suspend: true })),
    };
    const full = `${this.namespace}/${name}`;
    const answer = yield* call(update(rayClusters, { ...cluster, spec }));
    if (answer.isOk) {
      const message = `Set the \`suspend\` field to true for all worker groups in cluster ${full}`;
      this.tell('UpdatedRayCluster', 'Update', message);
      return undefined;
    }
    const message = `Failed to suspend worker groups in cluster ${full}: ${answer.message}`;
    this.tell('FailedToUpdateRayCluster', 'Update', message);
    return answer.message;
  }
}
