/** Server-side apply. */
import { badRequest, type Failure } from '../../api/status.js';
import type { Scope } from '../scope.js';
import type { WriteOptions } from '../write-options.js';
import type { PreparedPatch } from './patch-types.js';

/** Reads what is applied. */
export function preparedApply(_scope: Scope, _options: WriteOptions): PreparedPatch | Failure {
  return badRequest('server-side apply is to come');
}
