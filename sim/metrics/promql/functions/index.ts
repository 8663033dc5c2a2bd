/** All functions by name. */
import { bucketFunctions } from './buckets.js';
import type { PromqlFunction } from './function.js';
import { labelFunctions } from './labels.js';
import { mathFunctions } from './math.js';
import { overTimeFunctions } from './over-time.js';
import { rateFunctions } from './rates.js';
import { timeFunctions } from './time.js';
import { trendFunctions } from './trend.js';

/** What `parseQuery` knows by signature is here; what is missing is told when it is called. */
export const functions: Readonly<Record<string, PromqlFunction>> = {
  ...bucketFunctions,
  ...labelFunctions,
  ...mathFunctions,
  ...overTimeFunctions,
  ...rateFunctions,
  ...timeFunctions,
  ...trendFunctions,
};
