/** The claims that pods use, as keys of the claims. */
import type { Pod, Volume } from '../../api/kinds/core.js';

/** The keys (`namespace/name`) of the claims behind the pod's volumes. */
export function podClaimKeys(pod: Pod): readonly string[] {
  const { namespace } = pod.metadata;
  let keys: string[] | undefined;
  for (const volume of pod.spec?.volumes ?? none) {
    const name = volume.ephemeral
      ? ephemeralClaimName(pod, volume)
      : volume.persistentVolumeClaim?.claimName;
    if (name !== undefined) (keys ??= []).push(`${namespace}/${name}`);
  }
  return keys ?? none;
}

const none: readonly never[] = [];

/** The name of the claim that is made for a pod's ephemeral volume. */
export function ephemeralClaimName({ metadata }: Pod, { name }: Volume): string {
  return `${metadata.name}-${name}`;
}
