/** A node for tests that need no more. */
import type { NodeShape } from '../../sim/simulation.js';

/** It takes all pods. */
export const oneNode: NodeShape = {
  name: 'node',
  labels: {},
  taints: [],
  capacity: { cpu: '8', memory: '16Gi', 'ephemeral-storage': '100Gi', pods: '110' },
  devices: [],
  isControlPlane: true,
};
