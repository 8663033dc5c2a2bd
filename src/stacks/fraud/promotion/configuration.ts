/** The promoter's configuration, as its ConfigMap has it. */
import type { ContainerContext } from '../../../../sim/workloads/workload.js';
import { durationMs } from '../../../input/duration.js';
import type { JsonSchema } from '../../../input/schema.js';
import { durationSchema, readConfigurationFile } from '../program-configuration.js';

/** A step of a canary. */
export interface PromotionStep {
  /** Of the traffic. */
  readonly percent: number;
  readonly holdMs: number;
  /** The least frauds, of known payments since the step began, that each revision must have scored. */
  readonly fraudsMin: number;
}

/** How models come into service. */
export interface PromoterConfiguration {
  readonly checkEveryMs: number;
  /** Offline, rows of so long before the candidate's last one are looked at, besides all later ones. */
  readonly offlineWindowMs: number;
  readonly offlineFraudsMin: number;
  /** By how much average precision a candidate must be better than the champion; -1: by nothing. */
  readonly gainMin: number;
  readonly steps: readonly PromotionStep[];
  /** A canary that is worse by more than this, and by more than chance explains, is taken back. */
  readonly lossMax: number;
}

interface Written extends Pick<PromoterConfiguration, 'offlineFraudsMin' | 'gainMin' | 'lossMax'> {
  readonly checkEvery: string;
  readonly offlineWindow: string;
  readonly steps: readonly {
    readonly percent: number;
    readonly hold: string;
    readonly fraudsMin: number;
  }[];
}

const whole: JsonSchema = { type: 'integer', minimum: 1 };
const share: JsonSchema = { type: 'number', minimum: 0 };

const schema: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['checkEvery', 'offlineWindow', 'offlineFraudsMin', 'gainMin', 'steps', 'lossMax'],
  properties: {
    checkEvery: durationSchema,
    offlineWindow: durationSchema,
    offlineFraudsMin: whole,
    gainMin: { type: 'number' },
    steps: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['percent', 'hold', 'fraudsMin'],
        properties: { percent: whole, hold: durationSchema, fraudsMin: whole },
      },
    },
    lossMax: share,
  },
};

/**
 * Reads it from the container's volume.
 *
 * @throws InputError when something is missing or wrong.
 */
export function promoterConfiguration(context: ContainerContext): PromoterConfiguration {
  const file = { folder: '/etc/promoter', name: 'promoter.yaml' };
  // The schema has just been checked.
  const written = readConfigurationFile(context, file, schema) as Written;
  const { checkEvery, offlineWindow, steps, ...rest } = written;
  return {
    ...rest,
    checkEveryMs: durationMs(checkEvery),
    offlineWindowMs: durationMs(offlineWindow),
    steps: steps.map(({ hold, ...step }) => ({ ...step, holdMs: durationMs(hold) })),
  };
}
