/** The strategies of all built-in kinds. */
import type { Strategy } from './strategy.js';

/** One for each kind, in the order of discovery. */
export const strategies: readonly Strategy[] = [];
