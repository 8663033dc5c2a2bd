/** Whether a pod would lose what it keeps on its node. @upstream utils/drain/drain.go HasBlockingLocalStorage */
import type { Pod, Volume } from '../../api/kinds/core.js';

const safeVolumesKey = 'cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes';

/** Whether a volume on the node's disk is not called safe to lose. What is in memory does not count. */
export function hasBlockingLocalStorage({ metadata, spec }: Pod): boolean {
  const safe = new Set((metadata.annotations?.[safeVolumesKey] ?? '').split(','));
  return (spec?.volumes ?? []).some(volume => isLocal(volume) && !safe.has(volume.name));
}

function isLocal({ hostPath, emptyDir }: Volume): boolean {
  return hostPath !== undefined || (emptyDir !== undefined && emptyDir.medium !== 'Memory');
}
