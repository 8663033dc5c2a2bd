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

/** The value of a resource field: `limits.cpu`, in units of the divisor, rounded up. */
export function resourceValue(container: Container, resource: string, divisor: string): string {
  const [list, ...rest] = resource.split('.');
  const name = rest.join('.');
  const texts = list === 'limits' ? container.resources?.limits : container.resources?.requests;
  const amount = quantity(texts?.[name]).toNumber();
  const unit = quantity(divisor === '' || divisor === '0' ? '1' : divisor).toNumber();
  return String(Math.ceil(amount / unit));
}
