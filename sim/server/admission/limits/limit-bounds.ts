/**
 * The bounds of one limit, and what is told of amounts outside of them.
 * @upstream plugin/pkg/admission/limitranger/admission.go minConstraint, maxConstraint, ...
 */
import type { LimitRange, LimitRangeItem, PersistentVolumeClaim } from '../../../api/kinds/core.js';
import type { Quantity } from '../../../api/quantity.js';
import { amountsOf, type Amounts } from '../../../api/quota/amounts.js';

/** What the limit has against these requests and limits: below min, above max, too high a ratio. */
export function boundErrors(
  limit: LimitRangeItem,
  requests: Amounts,
  limits: Amounts,
): readonly string[] {
  const errors: string[] = [];
  const check = (bounds: LimitRangeItem['min'], error: BoundCheck) => {
    for (const [resource, bound] of amountsOf(bounds)) {
      const request = requests.get(resource);
      const text = error({
        resource,
        type: limit.type,
        bound,
        request,
        limit: limits.get(resource),
      });
      if (text !== undefined) errors.push(text);
    }
  };
  check(limit.min, minError);
  check(limit.max, maxError);
  check(limit.maxLimitRequestRatio, ratioError);
  return errors;
}

/** The same for a claim, which only has requests. */
export function claimErrors({ spec }: LimitRange, claim: PersistentVolumeClaim): readonly string[] {
  const errors: string[] = [];
  const requests = amountsOf(claim.spec?.resources?.requests);
  for (const { type, min, max } of spec?.limits ?? []) {
    if (type !== 'PersistentVolumeClaim') continue;
    for (const [resource, bound] of amountsOf(min)) {
      const request = requests.get(resource);
      errors.push(...told(minError({ resource, type, bound, request, limit: undefined })));
    }
    for (const [resource, bound] of amountsOf(max)) {
      errors.push(...told(maxRequestError(resource, type, bound, requests.get(resource))));
    }
  }
  return errors;
}

function told(error: string | undefined): readonly string[] {
  return error === undefined ? [] : [error];
}

type BoundCheck = (asked: {
  readonly resource: string;
  readonly type: string;
  readonly bound: Quantity;
  readonly request: Quantity | undefined;
  readonly limit: Quantity | undefined;
}) => string | undefined;

const minError: BoundCheck = ({ resource, type, bound, request, limit }) => {
  const head = `minimum ${resource} usage per ${type} is ${bound.toString()}`;
  if (request === undefined) return `${head}.  No request is specified`;
  if (request.compare(bound) < 0) return `${head}, but request is ${request.toString()}`;
  const isBelow = limit !== undefined && limit.compare(bound) < 0;
  return isBelow ? `${head}, but limit is ${limit.toString()}` : undefined;
};

const maxError: BoundCheck = ({ resource, type, bound, request, limit }) => {
  const head = `maximum ${resource} usage per ${type} is ${bound.toString()}`;
  if (limit === undefined) return `${head}.  No limit is specified`;
  if (limit.compare(bound) > 0) return `${head}, but limit is ${limit.toString()}`;
  const isAbove = request !== undefined && request.compare(bound) > 0;
  return isAbove ? `${head}, but request is ${request.toString()}` : undefined;
};

function maxRequestError(
  resource: string,
  type: string,
  bound: Quantity,
  request: Quantity | undefined,
): string | undefined {
  const head = `maximum ${resource} usage per ${type} is ${bound.toString()}`;
  if (request === undefined) return `${head}.  No request is specified`;
  return request.compare(bound) > 0 ? `${head}, but request is ${request.toString()}` : undefined;
}

const ratioError: BoundCheck = ({ resource, type, bound, request, limit }) => {
  const head = `${resource} max limit to request ratio per ${type} is ${bound.toString()}`;
  if (request === undefined || request.sign() === 0) {
    return `${head}, but no request is specified or request is 0`;
  }
  if (limit === undefined || limit.sign() === 0) {
    return `${head}, but no limit is specified or limit is 0`;
  }
  const ratio = limit.milliValue() / request.milliValue();
  if (ratio * 1000 <= bound.milliValue()) return undefined;
  return `${head}, but provided ratio is ${ratio.toFixed(6)}`;
};
