/** The webhooks. @upstream cert-manager v1.21.1 internal/webhook/admission, internal/apis/certmanager/validation */
import { printDuration } from '../../api/duration.js';
import { deepEqual } from '../../api/equality.js';
import {
  forbidden,
  invalid,
  notSupported,
  printedError,
  required,
  tooLong,
  type FieldError,
} from '../../api/field-error.js';
import { dns1123SubdomainErrors } from '../../api/labels.js';
import type { KubeObject } from '../../api/object.js';
import type { Webhook, WebhookVerdict } from '../admission/webhook.js';
import { durationMs } from './match.js';
import { requestOf } from './material.js';
import { canonicalAddress } from '../../api/pki/subject.js';
import {
  group,
  issuerTypes,
  type Certificate,
  type CertificateRequest,
  type CertificateSpec,
  type Issuer,
  type IssuerReference,
} from './types.js';

const hourMs = 3_600_000;
const fiveMinutesMs = 300_000;

/** Writes who asks into new CertificateRequests. */
export const identify: Webhook = function* ({ object, operation, user = '', identity = {} }) {
  if (object?.kind !== 'CertificateRequest' || operation !== 'CREATE') return { isAllowed: true };
  const { spec } = object as unknown as CertificateRequest;
  const { extra: _, ...rest } = spec;
  const { uid = '', groups = [], extra } = identity;
  const whole = { ...rest, username: user, uid, groups, ...(extra !== undefined && { extra }) };
  return { isAllowed: true, object: { ...object, spec: whole } as KubeObject };
};

/** Judges objects of all kinds. */
export const validate: Webhook = function* ({ object, oldObject }) {
  switch (object?.kind) {
    case 'Certificate':
      return verdict(certificateErrors((object as unknown as Certificate).spec));
    case 'CertificateRequest':
      return verdict(requestErrors(object as unknown as CertificateRequest, oldObject));
    case 'Issuer':
    case 'ClusterIssuer':
      return verdict(issuerErrors(object as unknown as Issuer));
    default:
      return { isAllowed: true };
  }
};

function verdict(errors: readonly FieldError[]): WebhookVerdict {
  const texts = [...new Set(errors.map(printedError))];
  const [first] = texts;
  if (first === undefined) return { isAllowed: true };
  return { isAllowed: false, message: texts.length === 1 ? first : `[${texts.join(', ')}]` };
}

function certificateErrors(spec: CertificateSpec): readonly FieldError[] {
  const { secretName, commonName = '', ipAddresses = [], revisionHistoryLimit = 1 } = spec;
  return [
    ...(secretName === ''
      ? [required('spec.secretName', 'must be specified')]
      : dns1123SubdomainErrors(secretName).map(why => invalid('spec.secretName', secretName, why))),
    ...referenceErrors(spec.issuerRef),
    ...(isNameless(spec)
      ? [
          invalid(
            'spec',
            '',
            'at least one of commonName (from the commonName field or from a literalSubject), dnsNames, emailSANs, ipAddresses, otherNames, or uriSANs must be set',
          ),
        ]
      : []),
    ...(commonName.length > 64 ? [tooLong('spec.commonName', 64)] : []),
    ...ipAddresses.flatMap((address, index) =>
      canonicalAddress(address) === undefined
        ? [invalid(`spec.ipAddresses[${index}]`, address, 'invalid IP address')]
        : [],
    ),
    ...keyErrors(spec),
    ...durationErrors(spec),
    ...(revisionHistoryLimit < 1
      ? [invalid('spec.revisionHistoryLimit', revisionHistoryLimit, 'must not be less than 1')]
      : []),
  ];
}

function isNameless(spec: CertificateSpec): boolean {
  const { dnsNames = [], uris = [], emailAddresses = [], ipAddresses = [], otherNames = [] } = spec;
  const lists = [dnsNames, uris, emailAddresses, ipAddresses, otherNames];
  return !spec.commonName && !spec.literalSubject && lists.every(({ length }) => length === 0);
}

function referenceErrors({ name, kind = '', group: given = '' }: IssuerReference) {
  const path = 'spec.issuerRef';
  const isOurs = given === '' || given === group;
  const hint = given === '' ? ` (did you forget to set ${path}.kind.group?)` : '';
  const why = `must be one of Issuer or ClusterIssuer${hint}`;
  return [
    ...(name === '' ? [required(`${path}.name`, 'must be specified')] : []),
    ...(isOurs && !['', 'Issuer', 'ClusterIssuer'].includes(kind)
      ? [invalid(`${path}.kind`, kind, why)]
      : []),
  ];
}

function keyErrors({ privateKey }: CertificateSpec): readonly FieldError[] {
  const { algorithm = 'RSA', size = 0 } = privateKey ?? {};
  const path = 'spec.privateKey.size';
  if (size <= 0) return [];
  if (algorithm === 'RSA' && (size < 2048 || size > 8192)) {
    return [invalid(path, size, 'must be between 2048 and 8192 for rsa keyAlgorithm')];
  }
  return algorithm === 'ECDSA' && ![256, 384, 521].includes(size)
    ? [notSupported(path, size, ['256', '384', '521'])]
    : [];
}

/** @upstream internal/apis/certmanager/validation/certificate.go ValidateDuration */
function durationErrors(spec: CertificateSpec): readonly FieldError[] {
  const { duration, renewBefore, renewBeforePercentage: percentage } = spec;
  if (duration === undefined && renewBefore === undefined) return [];
  const livesMs = durationMs(duration) ?? 90 * 24 * hourMs;
  const beforeMs = durationMs(renewBefore);
  const lives = printDuration(livesMs * 1e6);
  const before = printDuration((beforeMs ?? 0) * 1e6);
  const ofDuration = (why: string) => plainInvalid('spec.duration', lives, why);
  const ofBefore = (why: string) => plainInvalid('spec.renewBefore', before, why);
  const both =
    'renewBefore and renewBeforePercentage are mutually exclusive and cannot both be set';
  const isBoth = beforeMs !== undefined && percentage !== undefined;
  const checks: readonly (readonly [boolean, FieldError])[] = [
    [livesMs < hourMs, ofDuration('certificate duration must be greater than 1h0m0s')],
    [isBoth, ofBefore(both)],
    [isBoth, invalid('spec.renewBeforePercentage', percentage, both)],
    [
      beforeMs !== undefined && beforeMs < fiveMinutesMs,
      ofBefore('certificate renewBefore must be greater than 5m0s'),
    ],
    [
      beforeMs !== undefined && beforeMs >= livesMs,
      ofBefore(`certificate duration ${lives} must be greater than renewBefore ${before}`),
    ],
  ];
  return [
    ...checks.filter(([isWrong]) => isWrong).map(([, error]) => error),
    ...percentageErrors(percentage, livesMs),
  ];
}

function percentageErrors(percentage: number | undefined, livesMs: number): readonly FieldError[] {
  if (percentage === undefined) return [];
  const beforeMs = (livesMs * (100 - percentage)) / 100;
  const why = 'certificate renewBeforePercentage must result in a renewBefore';
  const path = 'spec.renewBeforePercentage';
  return [
    ...(beforeMs < fiveMinutesMs ? [invalid(path, percentage, `${why} greater than 5m0s`)] : []),
    ...(beforeMs >= livesMs ? [invalid(path, percentage, `${why} less than duration`)] : []),
  ];
}

/** Of a value that prints itself, and is not quoted. */
function plainInvalid(path: string, value: string, why: string): FieldError {
  return { type: 'Invalid', path, text: `Invalid value: ${value}: ${why}` };
}

function requestErrors(
  request: CertificateRequest,
  oldObject: KubeObject | undefined,
): readonly FieldError[] {
  if (oldObject === undefined) {
    const isReadable = requestOf(request) !== undefined;
    const why = 'failed to decode csr: error decoding certificate request PEM block';
    return [
      ...referenceErrors(request.spec.issuerRef),
      ...(isReadable ? [] : [invalid('spec.request', request.spec.request, why)]),
    ];
  }
  const { spec } = oldObject as unknown as CertificateRequest;
  return deepEqual(spec, request.spec)
    ? []
    : [forbidden('spec', 'cannot change spec after creation')];
}

function issuerErrors({ spec }: Issuer): readonly FieldError[] {
  const given = issuerTypes.filter(type => spec[type] !== undefined);
  const many = 'may not specify more than one issuer type';
  return [
    ...given.slice(1).map(type => forbidden(`spec.${type}`, many)),
    ...(given.length === 0 ? [required('spec', 'at least one issuer must be configured')] : []),
    ...(given[0] === 'ca' && spec.ca?.secretName === ''
      ? [required('spec.ca.secretName', '')]
      : []),
  ];
}
