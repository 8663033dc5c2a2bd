/** The drift monitor's configuration, as its ConfigMap has it. */
import type { ContainerContext } from '../../../../sim/workloads/workload.js';
import { durationMs } from '../../../input/duration.js';
import type { JsonSchema } from '../../../input/schema.js';
import { featureNames } from '../../../traffic/transaction.js';
import { durationSchema, readConfigurationFile } from '../program-configuration.js';
import { batchDetectorNames, streamDetectorNames } from './detectors.js';

/** What the monitor does, and how. */
export interface MonitorConfiguration {
  /** The scores of a version with which later ones are compared: the first so many. */
  readonly referenceRows: number;
  /** How many of the latest rows are compared with the reference. */
  readonly windowRows: number;
  readonly checkEveryMs: number;
  readonly inputs: {
    /** A detector of src/drift that compares samples. */
    readonly detector: string;
    readonly settings: Readonly<Record<string, unknown>>;
    readonly features: readonly string[];
  };
  readonly errors: {
    /** A detector of src/drift that sees one value after another. */
    readonly detector: string;
    readonly settings: Readonly<Record<string, unknown>>;
    /** A payment is alerted on when its score is among this share of the reference's highest. */
    readonly alertShare: number;
  };
  /** After a retraining was created, none is for so long. */
  readonly cooldownMs: number;
}

interface Written extends Pick<MonitorConfiguration, 'referenceRows' | 'windowRows'> {
  readonly checkEvery: string;
  readonly inputs: Omit<MonitorConfiguration['inputs'], 'settings'> & {
    readonly settings?: Readonly<Record<string, unknown>>;
  };
  readonly errors: Omit<MonitorConfiguration['errors'], 'settings'> & {
    readonly settings?: Readonly<Record<string, unknown>>;
  };
  readonly cooldown: string;
}

const whole: JsonSchema = { type: 'integer', minimum: 1 };
const settings: JsonSchema = { type: 'object' };

const schema: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['referenceRows', 'windowRows', 'checkEvery', 'inputs', 'errors', 'cooldown'],
  properties: {
    referenceRows: whole,
    windowRows: whole,
    checkEvery: durationSchema,
    inputs: {
      type: 'object',
      additionalProperties: false,
      required: ['detector', 'features'],
      properties: {
        detector: { type: 'string', enum: batchDetectorNames },
        settings,
        features: { type: 'array', items: { type: 'string', enum: featureNames } },
      },
    },
    errors: {
      type: 'object',
      additionalProperties: false,
      required: ['detector', 'alertShare'],
      properties: {
        detector: { type: 'string', enum: streamDetectorNames },
        settings,
        alertShare: { type: 'number', minimum: 0 },
      },
    },
    cooldown: durationSchema,
  },
};

/**
 * Reads it from the container's volume.
 *
 * @throws InputError when something is missing or wrong.
 */
export function monitorConfiguration(context: ContainerContext): MonitorConfiguration {
  const file = { folder: '/etc/drift-monitor', name: 'monitor.yaml' };
  // The schema has just been checked.
  const written = readConfigurationFile(context, file, schema) as Written;
  const { checkEvery, cooldown, inputs, errors, ...rest } = written;
  return {
    ...rest,
    checkEveryMs: durationMs(checkEvery),
    inputs: { settings: {}, ...inputs },
    errors: { settings: {}, ...errors },
    cooldownMs: durationMs(cooldown),
  };
}

/** The retraining as it is to be created. */
export function retrainingTemplate(context: ContainerContext): unknown {
  const file = { folder: '/etc/drift-monitor', name: 'retraining.yaml' };
  return readConfigurationFile(context, file, { type: 'object', required: ['apiVersion', 'kind'] });
}
