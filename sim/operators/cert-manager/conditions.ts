/** What the conditions of requests tell. @upstream cert-manager v1.21.1 pkg/api/util/conditions.go */
import { findCondition } from '../../api/meta.js';
import type { CertificateRequest } from './types.js';

/** Why a request is as ready as it is; '' where nothing is said. */
export function readyReason({ status }: CertificateRequest): string {
  return findCondition(status?.conditions, 'Ready')?.reason ?? '';
}
