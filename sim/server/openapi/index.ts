/** /openapi/v2 and /openapi/v3. */
import type { ApiAnswer } from '../../api/request.js';
import { unknownPath } from '../answers.js';
import type { Core } from '../core.js';
import type { RequestState } from '../request-state.js';

/** Answers the paths below /openapi. */
export function serveOpenApi(
  _core: Core,
  context: RequestState,
  _segments: readonly string[],
): ApiAnswer {
  return unknownPath(context);
}
