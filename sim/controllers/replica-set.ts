/** Keeps as many pods as a ReplicaSet wants. @upstream pkg/controller/replicaset */
import { setController } from './replica-set/controller.js';
import { replicaSetFlavor } from './replica-set/flavor.js';

/** The controller of replica sets. */
export const replicaSetController = setController(replicaSetFlavor);
