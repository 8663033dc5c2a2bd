/** The controllers of certificates, which a cluster with an authority of its own has. */
import type { ClusterAuthority } from '../../api/root-ca.js';
import type { ControllerDefinition } from '../../client/contract.js';
import { certificateApproving } from './approving.js';
import { certificateCleaner } from './cleaner.js';
import { certificateSigningWith } from './signing.js';

/** All of them, in the order in which they start. */
export function certificateControllers(
  authority: ClusterAuthority,
): readonly ControllerDefinition[] {
  return [certificateSigningWith(authority), certificateApproving, certificateCleaner];
}
