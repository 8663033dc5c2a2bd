/** Checks of paths of files. @upstream pkg/apis/core/validation/validation.go */
import { dns1123SubdomainErrors, httpPathErrors } from '../../../api/labels.js';
import { invalid, required } from '../field-error.js';
import { tell, type Errors } from './checks.js';

/** No step upwards. */
export function checkNoBacksteps(target: string, path: string, errors: Errors): void {
  if (target.includes('..') && target.split('/').includes('..')) {
    errors.push(invalid(path, target, "must not contain '..'"));
  }
}

/** Below where it starts. */
export function checkDescending(target: string, path: string, errors: Errors): void {
  if (target.startsWith('/')) errors.push(invalid(path, target, 'must be a relative path'));
  checkNoBacksteps(target, path, errors);
}

/** Below where it starts, and not one of the names that the kubelet keeps for itself. */
export function checkNonReserved(target: string, path: string, errors: Errors): void {
  checkDescending(target, path, errors);
  if (target.startsWith('..') && !target.startsWith('../')) {
    errors.push(invalid(path, target, "must not start with '..'"));
  }
}

/** Bits of a file's mode. */
export function checkMode(mode: number | undefined, path: string, errors: Errors): void {
  if (mode === undefined || (mode >= 0 && mode <= 0o777)) return;
  errors.push(invalid(path, mode, 'must be a number between 0 and 0777 (octal), both inclusive'));
}

/** A path after a domain: `acme.io/foo`. @upstream apimachinery/pkg/util/validation IsDomainPrefixedPath */
export function checkDomainPath(name: string, path: string, errors: Errors): void {
  if (name === '') {
    errors.push(required(path));
    return;
  }
  const slash = name.indexOf('/');
  const [host, rest] = slash < 0 ? ['', ''] : [name.slice(0, slash), name.slice(slash + 1)];
  if (host === '' || rest === '') {
    const text = 'must be a domain-prefixed path (such as "acme.io/foo")';
    errors.push(invalid(path, name, text));
    return;
  }
  tell(dns1123SubdomainErrors(host), host, path, errors);
  tell(httpPathErrors(rest), rest, path, errors);
}
