/** Replays a case of what the webhook says of a policy. */
import { isDeepStrictEqual } from 'node:util';
import {
  validatePolicy,
  type SecurityPolicy,
} from '../../../../sim/network/mesh/validation/validate.js';

/** A policy, and what was said of it. */
export interface ValidationCase {
  readonly id: string;
  readonly policy: SecurityPolicy;
  readonly expect: Told;
}

interface Told {
  readonly valid: boolean;
  readonly errors?: readonly string[];
  readonly warnings?: readonly string[];
  readonly schema?: boolean;
}

/** The difference, if there is one. */
export function replayValidation({ policy, expect }: ValidationCase): string | undefined {
  const ours = told(policy);
  if (isDeepStrictEqual(ours, expect)) return undefined;
  return `expected ${JSON.stringify(expect)}, got ${JSON.stringify(ours)}`;
}

function told(policy: SecurityPolicy): Told {
  const validation = validatePolicy(policy);
  switch (validation.kind) {
    case 'valid':
      return {
        valid: true,
        ...(validation.warnings.length > 0 && { warnings: validation.warnings }),
      };
    case 'invalid':
      return { valid: false, errors: validation.errors };
    case 'misshapen':
      return { valid: false, schema: true };
  }
}
