/** Holds pods to where their volumes are or can be made. @upstream pkg/scheduler/framework/plugins/volumebinding */
import { persistentVolumeClaims, persistentVolumes, type Pod } from '../../api/kinds/core.js';
import { stateKey } from '../cycle-state.js';
import {
  skip,
  status,
  type Handle,
  type PluginFactory,
  type PreFilterResult,
} from '../framework.js';
import { VolumeBinder, type PodClaims, type PodVolumes } from './volumes/binder.js';
import { bindingPlan, reservation } from './volumes/binding-plan.js';
import { volumeBindingEvents } from './volumes/binding-hints.js';
import { claimReferences, findClaim, notForPod } from './volumes/claims.js';

const name = 'VolumeBinding';

interface State {
  readonly claims: PodClaims;
  readonly byNode: Map<string, PodVolumes>;
}

const binding = stateKey<State>('VolumeBinding');

interface Args {
  readonly bindTimeoutSeconds?: number;
}

/** The plug-in VolumeBinding. */
export const volumeBinding: PluginFactory = (args, handle) => {
  const { bindTimeoutSeconds = 600 } = (args ?? {}) as Args;
  const binder = new VolumeBinder(handle.objects);
  return {
    name,
    preFilter(state, { pod }) {
      const refusal = illegalClaims(handle, pod);
      if (refusal !== undefined) return refusal;
      const claims = binder.claimsOf(pod);
      if ('error' in claims) return { status: status('Error', name, claims.error) };
      if (claims.immediate.length > 0) {
        const message = 'pod has unbound immediate PersistentVolumeClaims';
        return { status: status('UnschedulableAndUnresolvable', name, message) };
      }
      state.write(binding, { claims, byNode: new Map() });
      return {};
    },
    filter(state, _pod, { node }) {
      const known = state.read(binding);
      if (known === undefined) return status('Error', name, 'not found');
      const found = binder.find(known.claims, node);
      if ('error' in found) return status('Error', name, found.error);
      if ('reasons' in found) {
        return status('UnschedulableAndUnresolvable', name, ...found.reasons);
      }
      known.byNode.set(node.metadata.name ?? '', found);
      return undefined;
    },
    // Scores need the alpha gate StorageCapacityScoring.
    preScore: () => skip,
    score: () => 0,
    reserve(state, _pod, node) {
      const known = state.read(binding);
      const volumes = known?.byNode.get(node);
      if (known === undefined || volumes === undefined) return undefined;
      known.byNode.set(node, reservation(handle.objects, volumes, node));
      return undefined;
    },
    unreserve(state, _pod, node) {
      const volumes = state.read(binding)?.byNode.get(node);
      for (const { volume } of volumes?.bindings ?? []) {
        handle.objects.restore?.(persistentVolumes, volume);
      }
      for (const claim of volumes?.provisions ?? []) {
        handle.objects.restore?.(persistentVolumeClaims, claim);
      }
    },
    preBind(state, pod, node) {
      const volumes = state.read(binding)?.byNode.get(node);
      if (volumes === undefined) return [];
      return bindingPlan(handle.objects, volumes, {
        pod: pod.pod,
        node,
        timeoutMs: bindTimeoutSeconds * 1000,
      });
    },
    events: volumeBindingEvents(),
  };
};

/** @upstream podHasPVCs */
function illegalClaims({ objects }: Handle, pod: Pod): PreFilterResult | undefined {
  const references = claimReferences(pod);
  if (references.length === 0) return { status: skip };
  for (const { name: claimName, isEphemeral } of references) {
    const message = illegality(pod, claimName, isEphemeral, findClaim(objects, pod, claimName));
    if (message === undefined) continue;
    return { status: status('UnschedulableAndUnresolvable', name, message) };
  }
  return undefined;
}

function illegality(
  pod: Pod,
  claimName: string,
  isEphemeral: boolean,
  claim: ReturnType<typeof findClaim>,
): string | undefined {
  if (claim === undefined) {
    return isEphemeral
      ? `waiting for ephemeral volume controller to create the persistentvolumeclaim "${claimName}"`
      : `persistentvolumeclaim "${claimName}" not found`;
  }
  if (claim.status?.phase === 'Lost') {
    const volume = claim.spec?.volumeName ?? '';
    return `persistentvolumeclaim "${claimName}" bound to non-existent persistentvolume "${volume}"`;
  }
  if (claim.metadata.deletionTimestamp !== undefined) {
    return `persistentvolumeclaim "${claimName}" is being deleted`;
  }
  return isEphemeral ? notForPod(pod, claim) : undefined;
}
