/** Checks of how webhooks are reached. @upstream apiserver/pkg/util/webhook/validation.go */
import {
  dns1123SubdomainErrors,
  dns1035LabelErrors,
  portNumberErrors,
} from '../../../api/labels.js';
import { invalid, required } from '../field-error.js';
import { tell, type Errors } from './checks.js';

/** A webhook's address: a URL, or a service of the cluster. */
export interface ClientConfig {
  readonly url?: string;
  readonly service?: {
    readonly namespace: string;
    readonly name: string;
    readonly path?: string;
    readonly port?: number;
  };
}

/** The address of a webhook. */
export function checkClient({ url, service }: ClientConfig, path: string, errors: Errors): void {
  if ((url === undefined) === (service === undefined)) {
    errors.push(required(path, 'exactly one of url or service is required'));
  } else if (url !== undefined) checkURL(url, `${path}.url`, errors);
  else if (service !== undefined) checkService(service, `${path}.service`, errors);
}

const form = '; desired format: https://host[/path]';

function checkURL(url: string, path: string, errors: Errors): void {
  const parts =
    /^(?:([a-zA-Z][a-zA-Z0-9+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s.exec(
      url,
    );
  const [, scheme = '', authority = '', , query = '', fragment = ''] = parts ?? [];
  const at = authority.lastIndexOf('@');
  const [user, host] = [authority.slice(0, Math.max(0, at)), authority.slice(at + 1)];
  if (scheme.toLowerCase() !== 'https') {
    errors.push(invalid(path, scheme, `'https' is the only allowed URL scheme${form}`));
  }
  if (host === '') errors.push(invalid(path, host, `host must be specified${form}`));
  if (at >= 0) errors.push(invalid(path, user, 'user information is not permitted in the URL'));
  if (fragment !== '') {
    errors.push(invalid(path, fragment, 'fragments are not permitted in the URL'));
  }
  if (query !== '') {
    errors.push(invalid(path, query, 'query parameters are not permitted in the URL'));
  }
}

function checkService(
  { name, namespace, path: target, port = 0 }: NonNullable<ClientConfig['service']>,
  path: string,
  errors: Errors,
): void {
  // Upstream hands its check the two the wrong way round.
  if (!namespace) errors.push(required(`${path}.name`));
  if (!name) errors.push(required(`${path}.namespace`));
  const texts = portNumberErrors(port);
  if (texts.length > 0) {
    errors.push(invalid(`${path}.port`, port, `port is not valid: ${texts.join(', ')}`));
  }
  if (target !== undefined) checkTarget(target, `${path}.path`, errors);
}

function checkTarget(target: string, path: string, errors: Errors): void {
  if (target === '' || target === '/') return;
  if (target === '//') {
    errors.push(invalid(path, target, 'segment[0] may not be empty'));
    return;
  }
  if (!target.startsWith('/')) errors.push(invalid(path, target, "must start with a '/'"));
  for (const [index, step] of target.slice(1).replace(/\/$/, '').split('/').entries()) {
    if (step === '') {
      errors.push(invalid(path, target, `segment[${index}] may not be empty`));
      continue;
    }
    for (const text of dns1123SubdomainErrors(step)) {
      errors.push(invalid(path, target, `segment[${index}]: ${text}`));
    }
  }
}

/** The versions of reviews that a webhook understands. */
export function checkReviewVersions(
  versions: readonly string[],
  missingText: string,
  path: string,
  errors: Errors,
): void {
  if (versions.length === 0) {
    errors.push(required(path, missingText));
    return;
  }
  const known = new Set<string>();
  for (const [index, version] of versions.entries()) {
    const at = `${path}[${index}]`;
    if (known.has(version)) {
      errors.push(invalid(at, version, 'duplicate version'));
      continue;
    }
    known.add(version);
    tell(dns1035LabelErrors(version), version, at, errors);
  }
  if (known.has('v1') || known.has('v1beta1')) return;
  errors.push(invalid(path, versions, 'must include at least one of v1, v1beta1'));
}
