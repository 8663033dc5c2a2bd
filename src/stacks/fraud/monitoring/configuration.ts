/** The drift monitor's configuration, as its ConfigMap has it. */
import type { ContainerContext } from '../../../../sim/workloads/workload.js';
import { durationMs } from '../../../input/duration.js';
import type { JsonSchema } from '../../../input/schema.js';
import { featureNames } from '../../../traffic/transaction.js';
import { durationSchema, readConfigurationFile } from '../program-configuration.js';

/** What the monitor does, and how. */
export interface MonitorConfiguration {
  /** A version's rows are compared with those of so long before its first score. */
  readonly referenceMs: number;
  /** So many labelled scores are awaited before a performance is estimated from scores alone. */
  readonly calibrationRows: number;
  readonly checkEveryMs: number;
  /** The features that are compared. */
  readonly features: readonly string[];
  /** Settings of `DriftMonitor`: windows, the test, the effect, the detector of errors. */
  readonly detectors: Readonly<Record<string, unknown>>;
  /** After a retraining was created, none is for so long. */
  readonly cooldownMs: number;
}

interface Written extends Pick<MonitorConfiguration, 'calibrationRows' | 'features' | 'detectors'> {
  readonly reference: string;
  readonly checkEvery: string;
  readonly cooldown: string;
}

const schema: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['reference', 'calibrationRows', 'checkEvery', 'features', 'detectors', 'cooldown'],
  properties: {
    reference: durationSchema,
    calibrationRows: { type: 'integer', minimum: 1 },
    checkEvery: durationSchema,
    features: { type: 'array', items: { type: 'string', enum: featureNames } },
    detectors: { type: 'object' },
    cooldown: durationSchema,
  },
};

/**
 * Reads it from the container's volume.
 *
 * @throws InputError when something is missing or wrong; settings of detectors are held to theirs by
 * `DriftMonitor`.
 */
export function monitorConfiguration(context: ContainerContext): MonitorConfiguration {
  const file = { folder: '/etc/drift-monitor', name: 'monitor.yaml' };
  // The schema has just been checked.
  const written = readConfigurationFile(context, file, schema) as Written;
  const { reference, checkEvery, cooldown, ...rest } = written;
  return {
    ...rest,
    referenceMs: durationMs(reference),
    checkEveryMs: durationMs(checkEvery),
    cooldownMs: durationMs(cooldown),
  };
}

/** The retraining as it is to be created. */
export function retrainingTemplate(context: ContainerContext): unknown {
  const file = { folder: '/etc/drift-monitor', name: 'retraining.yaml' };
  return readConfigurationFile(context, file, { type: 'object', required: ['apiVersion', 'kind'] });
}
