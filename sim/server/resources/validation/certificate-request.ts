/** Checks of requests for certificates. @upstream pkg/apis/certificates/validation/validation.go */
import type {
  CertificateSigningRequest,
  CertificateSigningRequestCondition,
} from '../../../api/kinds/certificates.js';
import { deepEqual } from '../../../api/equality.js';
import { dns1123LabelErrors, dns1123SubdomainErrors } from '../../../api/labels.js';
import { fromBase64 } from '../defaults/base64.js';
import {
  duplicate,
  forbidden,
  invalid,
  notSupported,
  required,
  type FieldError,
} from '../field-error.js';
import type { Errors } from './checks.js';
import { diffOf } from './diff.js';
import { goValue } from './go-value.js';

type Request = CertificateSigningRequest;

/** What a way of writing a request may set. */
interface Rights {
  readonly maySetCertificate?: boolean;
  readonly maySetApproval?: boolean;
}

/** What is wrong with a new request. */
export function validateRequest(request: Request): readonly FieldError[] {
  const errors: Errors = [];
  checkRequest(request, undefined, errors);
  return errors;
}

/** How updates of a request are judged, by what they may set. */
export function requestUpdate(rights: Rights) {
  return (request: Request, old: Request): readonly FieldError[] => {
    const errors: Errors = [];
    checkRequest(request, old, errors);
    checkKept(request, old, errors);
    if (rights.maySetApproval !== true) checkApproval(request, old, errors);
    const [now, before] = [request.status?.certificate ?? '', old.status?.certificate ?? ''];
    if (now === before) return errors;
    const path = 'status.certificate';
    if (rights.maySetCertificate !== true) {
      errors.push(forbidden(path, 'updates may not set certificate content'));
    } else if (before !== '') {
      errors.push(forbidden(path, 'updates may not modify existing certificate content'));
    }
    return errors;
  };
}

const usages = [
  'any',
  'cert sign',
  'client auth',
  'code signing',
  'content commitment',
  'crl sign',
  'data encipherment',
  'decipher only',
  'digital signature',
  'email protection',
  'encipher only',
  'ipsec end system',
  'ipsec tunnel',
  'ipsec user',
  'key agreement',
  'key encipherment',
  'microsoft sgc',
  'netscape sgc',
  'ocsp signing',
  's/mime',
  'server auth',
  'signing',
  'timestamping',
];

const legacyName = 'kubernetes.io/legacy-unknown';
const secondsMin = 600;

function checkRequest({ spec, status }: Request, old: Request | undefined, errors: Errors): void {
  const [first = ''] = blockTypes(spec.request);
  if (first !== 'CERTIFICATE REQUEST') {
    const text = 'PEM block type must be CERTIFICATE REQUEST';
    errors.push(invalid('spec.request', spec.request ?? null, text));
  }
  checkUsages(spec.usages ?? [], old?.spec.usages ?? [], errors);
  const path = 'spec.signerName';
  if (spec.signerName === legacyName && old?.spec.signerName !== legacyName) {
    const text = 'the legacy signerName is not allowed via this API version';
    errors.push(invalid(path, legacyName, text));
  } else checkSigner(spec.signerName ?? '', path, errors);
  const seconds = spec.expirationSeconds;
  if (seconds !== undefined && seconds < secondsMin) {
    const text = `may not specify a duration less than ${secondsMin} seconds (10 minutes)`;
    errors.push(invalid('spec.expirationSeconds', seconds, text));
  }
  checkConditions(status?.conditions ?? [], old?.status?.conditions ?? [], errors);
  checkCertificate(status?.certificate ?? '', old?.status?.certificate ?? '', errors);
}

function blockTypes(encoded: string | undefined): readonly string[] {
  const blocks = fromBase64(encoded ?? '').matchAll(
    /-----BEGIN ([^\n]*?)-----[\s\S]*?-----END \1-----/g,
  );
  return [...blocks].map(([, type = '']) => type);
}

function checkCertificate(certificate: string, old: string, errors: Errors): void {
  if (certificate === '' || certificate === old) return;
  const types = blockTypes(certificate);
  const odd = types.find(type => type !== 'CERTIFICATE');
  const text =
    odd !== undefined
      ? `only CERTIFICATE PEM blocks are allowed, found "${odd}"`
      : 'must contain at least one CERTIFICATE PEM block';
  if (odd === undefined && types.length > 0) return;
  errors.push(invalid('status.certificate', '<certificate data>', text));
}

function checkUsages(list: readonly string[], old: readonly string[], errors: Errors): void {
  const path = 'spec.usages';
  if (list.length === 0) errors.push(required(path));
  if (old.every(usage => usages.includes(usage))) {
    for (const [index, usage] of list.entries()) {
      if (!usages.includes(usage)) errors.push(notSupported(`${path}[${index}]`, usage, usages));
    }
  }
  if (new Set(old).size < old.length) return;
  const known = new Set<string>();
  for (const [index, usage] of list.entries()) {
    if (known.has(usage)) errors.push(duplicate(`${path}[${index}]`, usage));
    known.add(usage);
  }
}

/** The name of who signs: a domain and a path. @upstream pkg/apis/core/validation ValidateSignerName */
function checkSigner(name: string, path: string, errors: Errors): void {
  if (name === '') {
    errors.push(required(path));
    return;
  }
  const [domain = '', rest, ...more] = name.split('/');
  if (rest === undefined || more.length > 0) {
    const text = "must be a fully qualified domain and path of the form 'example.com/signer-name'";
    errors.push(invalid(path, name, text));
    return;
  }
  checkParts(domain, dns1123LabelErrors, path, errors);
  if (!domain.includes('.')) {
    const text = 'should be a domain with at least two segments separated by dots';
    errors.push(invalid(path, domain, text));
  }
  checkParts(rest, dns1123SubdomainErrors, path, errors);
}

function checkParts(
  text: string,
  textsOf: (part: string) => readonly string[],
  path: string,
  errors: Errors,
): void {
  const bad = text.split('.').find(part => textsOf(part).length > 0);
  if (bad === undefined) return;
  for (const words of textsOf(bad)) {
    errors.push(invalid(path, text, `validating label "${bad}": ${words}`));
  }
}

const decisions = ['Approved', 'Denied', 'Failed'];
const statuses = ['False', 'True', 'Unknown'];
type Conditions = readonly CertificateSigningRequestCondition[];

function checkConditions(list: Conditions, old: Conditions, errors: Errors): void {
  const path = 'status.conditions';
  const oldTypes = old.map(each => each.type);
  const hadBoth = oldTypes.includes('Approved') && oldTypes.includes('Denied');
  const hadTwice = new Set(oldTypes).size < oldTypes.length;
  const known = new Set<string>();
  for (const [index, { type = '', status = '' }] of list.entries()) {
    const at = `${path}[${index}]`;
    if (type === '' && !oldTypes.includes('')) errors.push(required(`${at}.type`));
    const allowed = decisions.includes(type) ? ['True'] : statuses;
    if (status === '') errors.push(required(`${at}.status`));
    else if (!allowed.includes(status)) {
      errors.push(notSupported(`${at}.status`, status, allowed));
    }
    const other = type === 'Approved' ? 'Denied' : type === 'Denied' ? 'Approved' : undefined;
    if (!hadBoth && other !== undefined && known.has(other)) {
      const text = 'Approved and Denied conditions are mutually exclusive';
      errors.push(invalid(path, type, text));
    }
    if (!hadTwice && known.has(type)) errors.push(duplicate(`${at}.type`, type));
    known.add(type);
  }
}

function ofType({ status }: Request, type: string): Conditions {
  return (status?.conditions ?? []).filter(condition => condition.type === type);
}

function checkKept(request: Request, old: Request, errors: Errors): void {
  for (const type of decisions) {
    if (ofType(request, type).length >= ofType(old, type).length) continue;
    const text = `updates may not remove a condition of type "${type}"`;
    errors.push(forbidden('status.conditions', text));
  }
}

function checkApproval(request: Request, old: Request, errors: Errors): void {
  for (const type of ['Approved', 'Denied']) {
    const [now, before] = [ofType(request, type), ofType(old, type)];
    if (now.length < before.length || deepEqual(now, before)) continue;
    if (now.length > before.length) {
      const text = `updates may not add a condition of type "${type}"`;
      errors.push(forbidden('status.conditions', text));
      continue;
    }
    const inGo = (list: Conditions) =>
      list.map(each => goValue('certificates/v1.CertificateSigningRequestCondition', each));
    const text = `updates may not modify a condition of type "${type}"\n${diffOf(inGo(before), inGo(now))}`;
    errors.push(forbidden('status.conditions', text));
  }
}
