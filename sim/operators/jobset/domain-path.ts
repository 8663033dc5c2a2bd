/** Paths that begin with a domain, such as the names of managers. @upstream k8s.io/apimachinery pkg/util/validation */
import { invalid, required, type FieldError } from '../../api/field-error.js';
import { dns1123SubdomainErrors, httpPathErrors } from '../../api/labels.js';

/** The errors of a value. */
export function domainPrefixedPathErrors(path: string, value: string): readonly FieldError[] {
  if (value === '') return [required(path)];
  const slash = value.indexOf('/');
  const [host, rest] = [value.slice(0, Math.max(slash, 0)), value.slice(slash + 1)];
  if (host === '' || rest === '') {
    return [invalid(path, value, 'must be a domain-prefixed path (such as "acme.io/foo")')];
  }
  return [
    ...dns1123SubdomainErrors(host).map(text => invalid(path, host, text)),
    ...httpPathErrors(rest).map(text => invalid(path, rest, text)),
  ];
}
