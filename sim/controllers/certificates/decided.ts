/** What is decided of a request for a certificate, and what it asks for. @upstream pkg/controller/certificates/certificate_controller_utils.go */
import { bytesOfBase64 } from '../../api/base64.js';
import type { CertificateSigningRequest } from '../../api/kinds/certificates.js';
import { findCondition } from '../../api/meta.js';
import { parsedRequest, type SigningRequest } from '../../api/pki/request.js';
import type { RetryPolicy } from '../../client/contract.js';

/** How soon a request is tried again. @upstream pkg/controller/certificates/certificate_controller.go */
export const certificateRetry: RetryPolicy = {
  baseMs: 200,
  maxMs: 1_000_000,
  bucket: { perSecond: 10, burst: 100 },
};

/** Whether somebody has said so of the request. */
export function isDecided(
  { status }: CertificateSigningRequest,
  type: 'Approved' | 'Denied' | 'Failed',
): boolean {
  return findCondition(status?.conditions, type)?.status === 'True';
}

/** Whether the certificate is there. */
export function isIssued({ status }: CertificateSigningRequest): boolean {
  return (status?.certificate ?? '') !== '';
}

/** What is asked for; undefined when the bytes are no request. */
export function askedOf({ spec }: CertificateSigningRequest): SigningRequest | undefined {
  return parsedRequest(new TextDecoder().decode(bytesOfBase64(spec.request)));
}
