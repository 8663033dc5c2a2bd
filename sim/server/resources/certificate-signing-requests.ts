/** CertificateSigningRequests. @upstream pkg/registry/certificates/certificates/strategy.go */
import { humanDuration } from '../../api/duration.js';
import {
  certificateSigningRequests,
  type CertificateSigningRequest,
  type CertificateSigningRequestCondition,
} from '../../api/kinds/certificates.js';
import { rfc3339 } from '../../api/time.js';
import { ageOf } from './columns/cell.js';
import { certificateSigningRequestColumns } from './columns/policy.js';
import { fill, without } from './defaults/fill.js';
import { keepSpec, keepStatus } from './parts.js';
import { strategyOf, type StrategyContext } from './strategy.js';
import { requestUpdate, validateRequest } from './validation/certificate-request.js';

/** The strategy of CertificateSigningRequests. */
export const certificateSigningRequest = strategyOf<CertificateSigningRequest>({
  kind: certificateSigningRequests,
  nameRule: 'any',
  defaults: object => fill(object, { status: {} }),
  prepareForCreate: (object, context) => ({ ...requestedBy(object, context), status: {} }),
  prepareForUpdate: (object, old) => keepStatus(keepSpec(object, old), old),
  validate: validateRequest,
  validateUpdate: requestUpdate({}),
  status: {
    validateUpdate: requestUpdate({ maySetCertificate: true }),
    prepareForUpdate: (object, old, { nowMs }) => {
      const kept = ['Approved', 'Denied'].reduce(
        (request, type) => withDecisions(request, old, type),
        keepSpec(object, old),
      );
      return withTimes(kept, old, nowMs);
    },
  },
  subresources: {
    approval: {
      validateUpdate: requestUpdate({ maySetApproval: true }),
      prepareForUpdate: (object, old, { nowMs }) => {
        const { conditions } = withTimes(object, old, nowMs).status ?? {};
        const others = without(old.status ?? {}, 'conditions');
        const status = conditions === undefined ? others : { ...others, conditions };
        return { ...keepSpec(object, old), status };
      },
    },
  },
  selectableFields: { 'spec.signerName': object => object.spec.signerName },
  fieldSelectorError: 'not-supported',
  columns: certificateSigningRequestColumns,
  cells: (object, nowMs) => {
    const seconds = object.spec.expirationSeconds;
    return [
      object.metadata.name,
      ageOf(object, nowMs),
      object.spec.signerName || '<none>',
      object.spec.username ?? '',
      seconds === undefined ? '<none>' : humanDuration(seconds * 1000),
      conditionText(object),
    ];
  },
});

/** Who asks is what the server knows, whatever the request says. */
function requestedBy(
  request: CertificateSigningRequest,
  { user }: StrategyContext,
): CertificateSigningRequest {
  const { username: _name, uid: _uid, groups: _groups, extra: _extra, ...own } = request.spec;
  if (user === undefined) return { ...request, spec: own };
  const { name: username, uid, groups = [], extra = {} } = user;
  const spec = {
    ...own,
    username,
    ...(uid === undefined || uid === '' ? {} : { uid }),
    ...(groups.length === 0 ? {} : { groups }),
    ...(Object.keys(extra).length === 0 ? {} : { extra }),
  };
  return { ...request, spec };
}

/** A decision that is still there is as it was. */
function withDecisions(
  request: CertificateSigningRequest,
  old: CertificateSigningRequest,
  type: string,
): CertificateSigningRequest {
  const conditions = request.status?.conditions ?? [];
  const before = (old.status?.conditions ?? []).filter(each => each.type === type);
  const count = conditions.filter(each => each.type === type).length;
  if (count === 0 || before.length !== count) return request;
  let next = 0;
  const kept = conditions.map(each => (each.type === type ? (before[next++] ?? each) : each));
  return { ...request, status: { ...request.status, conditions: kept } };
}

function withTimes(
  request: CertificateSigningRequest,
  old: CertificateSigningRequest,
  nowMs: number,
): CertificateSigningRequest {
  const conditions = request.status?.conditions;
  if (conditions === undefined) return request;
  const now = rfc3339(nowMs);
  const timed = conditions.map((condition): CertificateSigningRequestCondition => {
    const before = old.status?.conditions?.find(
      each => each.type === condition.type && each.status === condition.status,
    );
    return fill(condition, {
      lastUpdateTime: now,
      lastTransitionTime: before?.lastTransitionTime ?? now,
    });
  });
  return { ...request, status: { ...request.status, conditions: timed } };
}

function conditionText({ status }: CertificateSigningRequest): string {
  const types = new Set((status?.conditions ?? []).map(condition => condition.type));
  let text = types.has('Denied') ? 'Denied' : types.has('Approved') ? 'Approved' : 'Pending';
  if (types.has('Failed')) text += ',Failed';
  return status?.certificate ? `${text},Issued` : text;
}
