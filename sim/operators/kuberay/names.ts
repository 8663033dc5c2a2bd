/** The names of what KubeRay makes. @upstream kuberay v1.7.0 controllers/ray/utils/util.go */
import type { RayCluster } from './types.js';

const nameMax = 50;
const labelMax = 63;

/** A name that is short enough and begins with a letter: what is too long loses its beginning. */
export function checkedName(name: string): string {
  const short = name.length > nameMax ? name.slice(name.length - nameMax) : name;
  return /^[0-9!-/:;?@[\\\]_{}]/.test(short) ? `r${short.slice(1)}` : short;
}

/** A value of a label that is short enough. */
export function checkedLabel(value: string): string {
  const short = value.length > labelMax ? value.slice(value.length - labelMax) : value;
  return /^[!-/:;?@[\\\]_{}]/.test(short) ? `r${short.slice(1)}` : short;
}

/** What the names of a group's pods begin with. */
export function podPrefix(prefix: string, nodeType: 'head' | 'worker'): string {
  return `${prefix.slice(0, nameMax)}-${nodeType}-`.toLowerCase();
}

/** The service of a cluster's head. */
export function headServiceName({ metadata, spec }: RayCluster): string {
  const given = spec.headGroupSpec.headService?.metadata.name ?? '';
  return given === '' ? `${metadata.name ?? ''}-head-svc` : given;
}

/** The full name at which workers find the head. */
export function headHost(cluster: RayCluster): string {
  return `${headServiceName(cluster)}.${cluster.metadata.namespace ?? ''}.svc.cluster.local`;
}

/** The value of the label that says what a pod or service belongs to. */
export const headIdentifier = (name: string): string => checkedLabel(`${name}-head`);

/** The service of what Ray Serve serves. */
export const serveServiceName = (name: string): string => `${name}-serve-svc`;

/** The account under which the head's pod runs where it scales its cluster. */
export function headAccount({ metadata, spec }: RayCluster): string {
  return spec.headGroupSpec.template.spec?.serviceAccountName || (metadata.name ?? '');
}

/** The kind that a cluster was made for. */
export function creatorOf(
  labels: Readonly<Record<string, string>> | undefined,
): 'RayCluster' | 'RayJob' | 'RayService' {
  const kind = labels?.['ray.io/originated-from-crd'];
  return kind === 'RayJob' || kind === 'RayService' ? kind : 'RayCluster';
}
