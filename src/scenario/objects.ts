/** Reads from a cluster the objects that a step of a scenario is about. */
import type { KubeObject } from '../../sim/api/object.js';
import type { Cluster } from '../cluster.js';
import { RestMapper, servedPath } from '../backends/rest-mapper.js';
import { exitCodes, UserError } from '../input/errors.js';
import type { Reference } from './scenario.js';

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
