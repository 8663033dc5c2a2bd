/** /version and the list of paths at /. */
import type { ApiAnswer } from '../../api/request.js';
import { serverVersion } from '../../api/server-version.js';
import { failureAnswer, textAnswer } from '../answers.js';
import type { Core } from '../core.js';
import { negotiate, type Offer } from '../filters/negotiation.js';
import type { RequestState } from '../request-state.js';
import { healthChecks } from './health.js';
import { compareKeys } from '../../store/collection.js';

const versionOffer: Offer = { formats: ['json'], transforms: false, hasRoute: true };

/** Answers /version. */
export function serveVersion(context: RequestState): ApiAnswer {
  const media = negotiate(context, versionOffer);
  if ('status' in media) return failureAnswer(context, media);
  return indented(context, serverVersion);
}

const fixedPaths = [
  '/.well-known/openid-configuration',
  '/api',
  '/api/v1',
  '/apis',
  '/apis/',
  '/flagz',
  '/metrics',
  '/metrics/slis',
  '/openapi/v2',
  '/openapi/v3',
  '/openapi/v3/',
  '/openid/v1/jwks',
  '/statusz',
  '/version',
];

/** Answers / and /index.html: the sorted list of paths. */
export function serveRoot({ registry }: Core, context: RequestState): ApiAnswer {
  const groups = registry
    .groups()
    .filter(({ group }) => group !== '')
    .flatMap(({ group, versions }) => [
      `/apis/${group}`,
      ...versions.map(({ version }) => `/apis/${group}/${version}`),
    ]);
  const health = Object.entries(healthChecks).flatMap(([name, checks]) => [
    `/${name}`,
    ...checks.map(check => `/${name}/${check}`),
  ]);
  const paths = [...fixedPaths, ...groups, ...health].sort(compareKeys);
  return indented(context, { paths });
}

const jsonHeaders = { 'content-type': 'application/json' };

/** Whatever is asked for, these are indented. @upstream responsewriters/writers.go (WriteRawJSON) */
function indented(context: RequestState, value: unknown): ApiAnswer {
  return textAnswer(context, 200, JSON.stringify(value, undefined, 2), jsonHeaders);
}
