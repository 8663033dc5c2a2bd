/**
 * The images of a revision, as digests. No registry is asked here, and nobody can know the digest of a
 * tag without: all registries count as among those whose tags Knative leaves alone. An image that does
 * not exist therefore shows when its pod is to start, and not before.
 * @upstream knative/serving v1.22.1 pkg/reconciler/revision/resolve.go
 */
import type { ContainerStatus, RevisionSpec } from './types.js';

/** The containers, with the digests of those images that are given by one. */
export function resolvedContainers(
  containers: RevisionSpec['containers'] = [],
): readonly ContainerStatus[] {
  return containers.map(({ name, image = '' }) => ({
    name,
    ...(image.includes('@') && { imageDigest: image }),
  }));
}
