/** The schema of RayServices. @upstream kuberay v1.7.0 config/crd/bases/ray.io_rayservices.yaml */
import type { Schema } from '../crd/schema-of.js';
import { conditionsSchema, int32, mapOf, object, text } from '../crd/schema-parts.js';
import { clusterSchema, clusterStatusSchema, embedded, managedBySchema } from './cluster-schema.js';

const flag: Schema = { type: 'boolean' };
const time: Schema = { type: 'string', format: 'date-time' };

/** What is asked of a service. */
export function serviceSchema(): Schema {
  const upgradeOptions = object(
    {
      gatewayClassName: text,
      intervalSeconds: int32,
      maxSurgePercent: { ...int32, default: 100 },
      stepSizePercent: int32,
    },
    ['gatewayClassName', 'intervalSeconds', 'stepSizePercent'],
  );
  return object(
    {
      deploymentUnhealthySecondThreshold: int32,
      excludeHeadPodFromServeSvc: flag,
      managedBy: managedBySchema,
      rayClusterConfig: clusterSchema(),
      rayClusterDeletionDelaySeconds: { ...int32, minimum: 0 },
      serveConfigV2: text,
      serveService: embedded('core/v1.Service'),
      serviceUnhealthySecondThreshold: int32,
      suspend: flag,
      upgradeStrategy: object({ clusterUpgradeOptions: upgradeOptions, type: text }),
    },
    ['rayClusterConfig'],
  );
}

/** What is known of a service. */
export function serviceStatusSchema(): Schema {
  const deployment = object({ message: text, status: text });
  const application = object({
    message: text,
    serveDeploymentStatuses: mapOf(deployment),
    status: text,
  });
  const one = object({
    applicationStatuses: mapOf(application),
    lastTrafficMigratedTime: time,
    rayClusterName: text,
    rayClusterStatus: clusterStatusSchema(),
    targetCapacity: int32,
    trafficRoutedPercent: int32,
  });
  return object({
    activeServiceStatus: one,
    conditions: conditionsSchema,
    lastUpdateTime: time,
    numServeEndpoints: int32,
    observedGeneration: { type: 'integer', format: 'int64' },
    pendingServiceStatus: one,
    serviceStatus: text,
  });
}
