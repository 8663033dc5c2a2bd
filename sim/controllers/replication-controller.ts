/** Keeps as many pods as a ReplicationController wants. @upstream pkg/controller/replication */
import { setController } from './replica-set/controller.js';
import { replicationControllerFlavor } from './replica-set/flavor.js';

/** The controller of replication controllers. */
export const replicationController = setController(replicationControllerFlavor);
