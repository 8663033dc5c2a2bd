/** What a user of the mesh's kinds should know before they run. */
import { isRecord } from '../../api/equality.js';
import type { KubeObject } from '../../api/object.js';

/** The hints for one object. */
export function istioHints({ apiVersion = '', kind = '', spec }: KubeObject): readonly string[] {
  const [group] = apiVersion.split('/');
  if (group === 'networking.istio.io') {
    if (kind !== 'DestinationRule') {
      return [`${kind} is stored, but changes nothing here: requests go where Services lead them`];
    }
    const isMore = isRecord(spec) && Array.isArray(spec['subsets']) && spec['subsets'].length > 0;
    return isMore ? ['only the TLS mode of a DestinationRule counts here, not its subsets'] : [];
  }
  if (group !== 'security.istio.io' || !isRecord(spec)) return [];
  return [
    ...(spec['targetRef'] !== undefined || spec['targetRefs'] !== undefined
      ? [`a ${kind} that is attached to gateways or waypoints changes nothing here`]
      : []),
    ...(spec['action'] === 'CUSTOM'
      ? ['external authorizers are not here: what a CUSTOM policy matches is refused']
      : []),
  ];
}
