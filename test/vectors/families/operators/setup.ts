/** How the operators were set up where their traces were recorded, where it is not as they ship. */
import type { KubeObject } from '../../../../sim/api/object.js';
import type { Operator } from '../../../../sim/operators/operator.js';

/** The operator's manifests as they were installed for the recording. */
export function manifestsFor(operator: Operator): readonly KubeObject[] {
  return operator.manifests();
}
