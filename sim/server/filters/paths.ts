/** Requests that are not for resources: discovery, health, version, OpenAPI, metrics, and aggregated groups. */
import type { ApiAnswer } from '../../api/request.js';
import { unknownPath } from '../answers.js';
import type { Core } from '../core.js';
import type { RequestState } from '../request-state.js';
import type { Steps } from '../steps.js';

/** Answers such a request. */
// eslint-disable-next-line require-yield
export function* servePath(core: Core, context: RequestState): Steps<ApiAnswer> {
  const { group, version } = context.info;
  const aggregated = core.options.aggregated?.[`${group}/${version}`];
  if (aggregated !== undefined) return aggregated.serve(context.request, context.connection);
  return unknownPath(context);
}
