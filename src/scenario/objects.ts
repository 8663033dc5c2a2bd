/** Reads from a cluster the objects that a step of a scenario is about. */
import type { Pod } from '../../sim/api/kinds/core.js';
import type { KubeObject } from '../../sim/api/object.js';
import type { Cluster } from '../cluster.js';
import { RestMapper, servedPath } from '../backends/rest-mapper.js';
import { didYouMean, exitCodes, UserError } from '../input/errors.js';
import { unmet } from './match.js';
import type { Demands, Reference } from './scenario.js';
import { podLabelsOf, whyNotReady } from './why-not-ready.js';

/** So many names are told of what there is instead. */
const namesMax = 5;

/** Finds objects by what a scenario says of them. */
export class Objects {
  private readonly mapper: RestMapper;

  constructor(private readonly cluster: Cluster) {
    this.mapper = new RestMapper(request => cluster.request(request));
  }

  /** The objects, none when there are none. */
  async find(reference: Reference): Promise<readonly KubeObject[]> {
    const path = await this.path(reference);
    if (path === undefined) return [];
    const query =
      reference.selector === undefined
        ? ''
        : `?labelSelector=${encodeURIComponent(reference.selector)}`;
    const answer = await this.cluster.request({ method: 'GET', path: path + query });
    if (answer.status === 404) return [];
    if (answer.status !== 200) throw this.refused(reference, answer.body);
    if (reference.name !== undefined) return [answer.body as KubeObject];
    return (answer.body as { readonly items?: readonly KubeObject[] | null }).items ?? [];
  }

  /** What is missing, as a sentence; undefined when the demands are met. */
  async unmet(demands: Demands): Promise<string | undefined> {
    return unmet(await this.find(demands), demands);
  }

  /** The problem of a step that is about one name, and where there is nothing of it, what there is instead. */
  async advised(problem: string | undefined, demands: Demands): Promise<string | undefined> {
    const { apiVersion = 'v1', kind, name, namespace = 'default', absent } = demands;
    if (problem === undefined || name === undefined || absent === true) return problem;
    const [there] = await this.find(demands);
    if (there !== undefined) return this.withReason(problem, there);
    const served = await this.mapper.find(apiVersion, kind);
    if (served === undefined) return `${problem}: the server serves no ${kind} of ${apiVersion}`;
    const path = servedPath({ ...served, isNamespaced: false }, {});
    const { body } = await this.cluster.request({ method: 'GET', path });
    const all = (body as { readonly items?: readonly KubeObject[] | null }).items ?? [];
    const elsewhere = all.find(({ metadata }) => metadata.name === name)?.metadata.namespace;
    if (elsewhere !== undefined) {
      return `${problem} in namespace ${namespace}, but in ${elsewhere}: write namespace: ${elsewhere}`;
    }
    const names = all.map(({ metadata }) => metadata.name ?? '').sort();
    const near = didYouMean(name, names);
    if (near !== undefined) return `${problem}; did you mean ${near}?`;
    const some = names.slice(0, namesMax).join(', ');
    return names.length === 0
      ? problem
      : `${problem}; there are: ${some}${names.length > namesMax ? ', ...' : ''}`;
  }

  /** What pods wait for tells more than that their workload is not available. */
  private async withReason(problem: string, workload: KubeObject): Promise<string> {
    const labels = podLabelsOf(workload);
    if (labels === undefined) return problem;
    const { namespace } = workload.metadata;
    const pods = await this.find({
      kind: 'Pod',
      selector: labels,
      ...(namespace && { namespace }),
    });
    // They are pods: the server was asked for no others.
    const why = whyNotReady(workload, pods as readonly Pod[]);
    return why === undefined ? problem : `${problem}; ${why}`;
  }

  /** Deletes the object; a missing one is an error. */
  async delete(reference: Reference): Promise<string | undefined> {
    const path = await this.path(reference);
    const what = `${reference.kind} ${reference.name ?? ''}`;
    if (path === undefined) return `the server serves no kind ${reference.kind}`;
    const body = { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Background' };
    const answer = await this.cluster.request({ method: 'DELETE', path, body });
    if (answer.status < 300) return undefined;
    return `${what}: ${(answer.body as { readonly message?: string }).message ?? answer.status}`;
  }

  private async path(reference: Reference): Promise<string | undefined> {
    const served = await this.mapper.find(reference.apiVersion ?? 'v1', reference.kind);
    if (served === undefined) return undefined;
    return servedPath(served, { namespace: reference.namespace, name: reference.name });
  }

  private refused(reference: Reference, body: unknown): UserError {
    const message = (body as { readonly message?: string } | undefined)?.message ?? 'no answer';
    return new UserError(`cannot read ${reference.kind}: ${message}`, {
      exitCode: exitCodes.backend,
      code: 'refused',
      next: 'see that the cluster is up, and that its user may read them',
    });
  }
}
