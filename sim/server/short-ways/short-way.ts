/**
 * The contract of a short way: how requests that our own components make again and again are served
 * without what was found out for the one before. Whatever is not exactly so takes the long way, which
 * is the same for all requests; a test beside each short way proves that both end in the same objects.
 */
import type { ApiAnswer, ApiRequest, Connection } from '../../api/request.js';
import type { RequestState } from '../request-state.js';

/** One short way. */
export interface ShortWay {
  /** Answers a request that goes on as one before it; undefined: it takes the long way. */
  serve(request: ApiRequest, connection: Connection): ApiAnswer | undefined;
  /** Takes note of a write that succeeded the long way, if the next one of its kind may go the short one. */
  learn(context: RequestState): void;
}
