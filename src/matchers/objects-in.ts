/** Reads the objects of some kinds of a cluster, whatever it runs on. */
import {
  apiVersionOf,
  type HasMetadata,
  type Kind,
  type KubeObject,
} from '../../sim/api/object.js';
import type { Cluster } from '../cluster.js';
import { exitCodes, UserError } from '../input/errors.js';

/**
 * The objects of all namespaces; a kind that is not served has none.
 *
 * @throws UserError when the cluster does not tell.
 */
export async function objectsIn(
  cluster: Cluster,
  kinds: readonly Kind<HasMetadata>[],
): Promise<readonly KubeObject[]> {
  const objects: KubeObject[] = [];
  for (const kind of kinds) {
    const apiVersion = apiVersionOf(kind);
    const root = kind.group === '' ? '/api' : '/apis';
    const path = `${root}/${apiVersion}/${kind.resource}`;
    const { status, body } = await cluster.request({ method: 'GET', path });
    if (status === 404) continue;
    if (status !== 200) {
      throw new UserError(`the cluster does not list ${kind.resource}: status ${status}`, {
        exitCode: exitCodes.backend,
        code: 'cannot-list',
      });
    }
    const { items } = body as { readonly items?: readonly KubeObject[] | null };
    for (const item of items ?? []) objects.push({ ...item, apiVersion, kind: kind.kind });
  }
  return objects;
}
