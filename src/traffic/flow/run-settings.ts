/** The settings of the traffic: their defaults, and what is refused. */
import { exitCodes, UserError } from '../../input/errors.js';
import type { TrafficSettings } from './contract.js';

const defaults = {
  windowMs: 1000,
  sampleEvery: 100,
  timeoutMs: 2000,
  networkMs: 4,
  perBatchAbove: 20_000,
  rowMs: 60_000,
} as const;

/** The settings with all defaults. */
export type RunSettings = TrafficSettings & Required<Pick<TrafficSettings, keyof typeof defaults>>;

/** Fills in the defaults; impossible settings are refused. */
export function runSettings(given: TrafficSettings): RunSettings {
  const settings = { ...defaults, ...given };
  const { windowMs, rowMs, sampleEvery, timeoutMs, networkMs, perBatchAbove } = settings;
  const { budget = 0, attemptsMax = 0, backOffMs = 0 } = settings.retries ?? {};
  require(windowMs > 0, 'windowMs', windowMs, 'is more than 0');
  require(rowMs % windowMs === 0 && rowMs > 0, 'rowMs', rowMs, `is a multiple of ${windowMs}`);
  require(isCount(sampleEvery), 'sampleEvery', sampleEvery, 'is a whole number, 0 for none');
  require(networkMs >= 0, 'networkMs', networkMs, 'is not negative');
  require(timeoutMs > networkMs, 'timeoutMs', timeoutMs, 'is more than the way there and back');
  require(perBatchAbove > 0, 'perBatchAbove', perBatchAbove, 'is more than 0');
  require(budget >= 0 && budget <= 1, 'retries.budget', budget, 'is a share, 0 to 1');
  require(isCount(attemptsMax), 'retries.attemptsMax', attemptsMax, 'is a whole number');
  require(attemptsMax <= 255, 'retries.attemptsMax', attemptsMax, 'is at most 255');
  require(backOffMs >= 0, 'retries.backOffMs', backOffMs, 'is not negative');
  return settings;
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value >= 0;
}

function require(holds: boolean, name: string, value: number, what: string): void {
  if (holds) return;
  throw new UserError(`traffic.${name} ${what}, and not ${value}`, {
    exitCode: exitCodes.usage,
    code: 'bad-traffic',
    next: `change ${name} in the settings of the traffic`,
  });
}
