/** Whether the real programs of Kubernetes are on this machine: tests that need them are skipped by name. */
import { findControlPlane } from '../../src/backends/control-plane-programs.js';

/** Why tests are skipped. */
export const whyNone = 'etcd and Kubernetes programs are not in KUBEBUILDER_ASSETS or PATH';

/** Whether all four are there. */
export function hasRealPrograms(): boolean {
  try {
    const { controllerManager, scheduler } = findControlPlane();
    return controllerManager !== undefined && scheduler !== undefined;
  } catch {
    return false;
  }
}
