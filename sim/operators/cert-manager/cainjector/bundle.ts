/** Bundles of authorities. @upstream cert-manager v1.21.1 internal/cainjector/bundle/bundle.go */
import { fromBytes, toBytes } from '../material.js';
import { certificatePem, parsedCertificates } from '../../../api/pki/certificate.js';

/**
 * The bundle with what is given appended, both as bytes: each certificate once, without those that have
 * ended. What cannot be read is replaced by what is given.
 */
export function mergedBundle(bundle: string, given: string, nowMs: number): string {
  const all = [];
  for (const part of [bundle, given]) {
    const certificates = part === '' ? [] : parsedCertificates(fromBytes(part));
    if (certificates === undefined) return given;
    all.push(...certificates);
  }
  const lasting = all.filter(({ notAfterMs }) => nowMs <= notAfterMs);
  return toBytes([...new Set(lasting.map(({ raw }) => certificatePem(raw)))].join(''));
}
