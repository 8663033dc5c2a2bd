/** What kubelets may ask certificates for. @upstream pkg/apis/certificates/helpers.go */
import type { SigningRequest } from '../../api/pki/request.js';

const nodeUser = 'system:node:';

/** Why this is no request for a kubelet's certificate as a client; undefined when it is one. */
export function kubeletClientFault(
  { subject, names }: SigningRequest,
  usages: readonly string[],
): string | undefined {
  if (!isOfNodes(subject)) return 'subject organization is not system:nodes';
  if (names.dnsNames.length > 0) return 'DNS subjectAltNames are not allowed';
  if (names.emailAddresses.length > 0) return 'Email subjectAltNames are not allowed';
  if (names.ipAddresses.length > 0) return 'IP subjectAltNames are not allowed';
  if (names.uris.length > 0) return 'URI subjectAltNames are not allowed';
  return nameFault(subject) ?? usagesFault(usages, 'client auth');
}

/** Why this is no request for a kubelet's certificate as a server; undefined when it is one. */
export function kubeletServingFault(
  { subject, names }: SigningRequest,
  usages: readonly string[],
): string | undefined {
  if (!isOfNodes(subject)) return 'subject organization is not system:nodes';
  if (names.dnsNames.length + names.ipAddresses.length === 0) {
    return 'DNS or IP subjectAltName is required';
  }
  if (names.emailAddresses.length > 0) return 'Email subjectAltNames are not allowed';
  if (names.uris.length > 0) return 'URI subjectAltNames are not allowed';
  return usagesFault(usages, 'server auth') ?? nameFault(subject);
}

function isOfNodes({ organizations = [] }: SigningRequest['subject']): boolean {
  return organizations.length === 1 && organizations[0] === 'system:nodes';
}

function nameFault({ commonName = '' }: SigningRequest['subject']): string | undefined {
  return commonName.startsWith(nodeUser)
    ? undefined
    : `subject common name does not begin with ${nodeUser}`;
}

/** Keys that are not of RSA cannot encipher another key. */
function usagesFault(usages: readonly string[], use: string): string | undefined {
  const required = [use, 'digital signature', 'key encipherment'].sort();
  const asked = new Set(usages);
  const isAll = (names: readonly string[]): boolean =>
    asked.size === names.length && names.every(name => asked.has(name));
  if (isAll(required) || isAll([use, 'digital signature'])) return undefined;
  return `usages did not match [${required.join(' ')}]`;
}
