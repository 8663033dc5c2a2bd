/** The downward API: fields of a pod as text. @upstream pkg/fieldpath/fieldpath.go */
import type { Container, Pod } from '../api/kinds/core.js';
import { goQuote } from '../api/go-text.js';
import { quantity } from '../api/quantity.js';

/** The value of a field path that the API admits. */
export function fieldValue(pod: Pod, path: string): string {
  const { metadata, spec, status } = pod;
  const keyed = /^metadata\.(labels|annotations)\['(.*)'\]$/.exec(path);
  if (keyed !== null) {
    const map = keyed[1] === 'labels' ? metadata.labels : metadata.annotations;
    return map?.[keyed[2] ?? ''] ?? '';
  }
  switch (path) {
    case 'metadata.name':
      return metadata.name ?? '';
    case 'metadata.namespace':
      return metadata.namespace ?? '';
    case 'metadata.uid':
      return metadata.uid ?? '';
    case 'metadata.labels':
      return mapText(metadata.labels);
    case 'metadata.annotations':
      return mapText(metadata.annotations);
    case 'spec.nodeName':
      return spec?.nodeName ?? '';
    case 'spec.serviceAccountName':
      return spec?.serviceAccountName ?? '';
    case 'status.hostIP':
    case 'status.hostIPs':
      return status?.hostIP ?? '';
    case 'status.podIP':
      return status?.podIP ?? '';
    case 'status.podIPs':
      return (status?.podIPs ?? []).map(({ ip }) => ip).join(',');
    default:
      return '';
  }
}

function mapText(map: Readonly<Record<string, string>> | undefined): string {
  return Object.entries(map ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${goQuote(value)}`)
    .join('\n');
}

/** A field of a container's resources. */
export interface ResourceField {
  /** `limits.cpu`. */
  readonly resource: string;
  /** Empty or 0: the unit itself. */
  readonly divisor: string;
  /** What the node has for pods: it stands in for a limit that is not set. */
  readonly allocatable: Readonly<Record<string, string>> | undefined;
}

const defaulted = ['cpu', 'memory', 'ephemeral-storage'];

/**
 * The value of a resource field in units of the divisor, rounded up.
 * @upstream pkg/api/v1/resource/helpers.go ExtractResourceValueByContainerNameAndNodeAllocatable
 */
export function resourceValue(
  container: Container,
  { resource, divisor, allocatable }: ResourceField,
): string {
  const [list, ...rest] = resource.split('.');
  const name = rest.join('.');
  const texts = list === 'limits' ? container.resources?.limits : container.resources?.requests;
  const isDefaulted = list === 'limits' && defaulted.includes(name);
  const own = quantity(texts?.[name]).toNumber();
  const amount = own === 0 && isDefaulted ? quantity(allocatable?.[name]).toNumber() : own;
  const unit = quantity(divisor === '' || divisor === '0' ? '1' : divisor).toNumber();
  return String(Math.ceil(amount / unit));
}
