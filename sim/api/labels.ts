/**
 * How names, labels, keys and ports are checked: each function lists what is wrong, in upstream's words.
 * @upstream staging/src/k8s.io/apimachinery/pkg/util/validation/validation.go, api/validate/content
 */
import { byteLength } from './go-text.js';

const label1123 = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const subdomain1123 = `${label1123}(\\.${label1123})*`;
const underscoreLabel = '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?';
const underscoreSubdomain = `${underscoreLabel}(\\.${underscoreLabel})*`;
const label1035 = '[a-z]([-a-z0-9]*[a-z0-9])?';
const labelKey = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const labelValue = `(${labelKey})?`;
const cIdentifier = '[A-Za-z_][A-Za-z0-9_]*';
const envVarName = '[-._a-zA-Z][-._a-zA-Z0-9]*';
const configMapKey = '[-._a-zA-Z0-9]+';
const httpHeader = '[-A-Za-z0-9]+';
const percent = '[0-9]+%';
const httpPath = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";

const whole = (pattern: string): RegExp => new RegExp(`^(?:${pattern})$`);
const label1123Pattern = whole(label1123);
const subdomain1123Pattern = whole(subdomain1123);
const caselessSubdomainPattern = new RegExp(`^(?:${subdomain1123})$`, 'i');
const underscoreSubdomainPattern = whole(underscoreSubdomain);
const wildcardPattern = whole(`\\*\\.${subdomain1123}`);
const label1035Pattern = whole(label1035);
const labelKeyPattern = whole(labelKey);
const labelValuePattern = whole(labelValue);
const cIdentifierPattern = whole(cIdentifier);
const envVarNamePattern = whole(envVarName);
const configMapKeyPattern = whole(configMapKey);
const httpHeaderPattern = whole(httpHeader);
const percentPattern = whole(percent);
const httpPathPattern = whole(httpPath);

type Texts = readonly string[];
const nothing: Texts = [];
const nameBytesMax = 63;

/** The bound on a value's length, as most checks tell it. */
export function maxLengthText(charactersMax: number): string {
  return `must be no more than ${charactersMax} characters`;
}

/** The bound on a value's length, as checks of labels tell it. */
export function maxBytesText(bytesMax: number): string {
  return `must be no more than ${bytesMax} bytes`;
}

/** A failed regular expression, with examples of what would have passed. */
export function regexText(message: string, pattern: string, ...examples: string[]): string {
  if (examples.length === 0) return `${message} (regex used for validation is '${pattern}')`;
  const listed = examples.map(example => `'${example}', `).join(' or ');
  return `${message} (e.g. ${listed}regex used for validation is '${pattern}')`;
}

/** A number out of its range. */
export function rangeText(min: number, max: number): string {
  return `must be between ${min} and ${max}, inclusive`;
}

const label1123Message =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character";
const subdomain1123Message =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
const caselessSubdomainMessage =
  "an RFC 1123 subdomain must consist of alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
const underscoreSubdomainMessage =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character";
const label1035Message =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character";
const wildcardMessage =
  "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character";
const labelKeyMessage =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
const labelValueMessage =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";

function check(...texts: (string | false)[]): Texts {
  return texts.filter(text => text !== false);
}

/** IsDNS1123Label. */
export function dns1123LabelErrors(value: string): Texts {
  return check(byteLength(value) > 63 && maxLengthText(63), label1123Text(value));
}

function label1123Text(value: string): string | false {
  if (label1123Pattern.test(value)) return false;
  return subdomain1123Pattern.test(value)
    ? 'must not contain dots'
    : regexText(label1123Message, label1123, 'my-name', '123-abc');
}

/** IsDNS1123Subdomain. */
export function dns1123SubdomainErrors(value: string): Texts {
  return check(byteLength(value) > 253 && maxLengthText(253), subdomainText(value));
}

function subdomainText(value: string): string | false {
  if (subdomain1123Pattern.test(value)) return false;
  return regexText(subdomain1123Message, subdomain1123, 'example.com');
}

/** content.IsDNS1123SubdomainCaseless: capitals are accepted too; lengths are told in bytes. */
export function dns1123SubdomainCaselessErrors(value: string): Texts {
  return check(
    byteLength(value) > 253 && maxBytesText(253),
    !caselessSubdomainPattern.test(value) &&
      regexText(caselessSubdomainMessage, subdomain1123, 'Example.com'),
  );
}

/** IsDNS1123SubdomainWithUnderscore. */
export function dns1123SubdomainWithUnderscoreErrors(value: string): Texts {
  return check(
    byteLength(value) > 253 && maxLengthText(253),
    !underscoreSubdomainPattern.test(value) &&
      regexText(underscoreSubdomainMessage, underscoreSubdomain, 'example.com'),
  );
}

/** IsDNS1035Label. */
export function dns1035LabelErrors(value: string): Texts {
  return check(
    byteLength(value) > 63 && maxLengthText(63),
    !label1035Pattern.test(value) && regexText(label1035Message, label1035, 'my-name', 'abc-123'),
  );
}

/** IsWildcardDNS1123Subdomain. */
export function wildcardSubdomainErrors(value: string): Texts {
  return check(
    byteLength(value) > 253 && maxLengthText(253),
    !wildcardPattern.test(value) &&
      regexText(wildcardMessage, `\\*\\.${subdomain1123}`, '*.example.com'),
  );
}

/** IsQualifiedName, which is the check of label keys. */
export function qualifiedNameErrors(value: string): Texts {
  if (soundNames.has(value)) return nothing;
  if (value.length <= nameBytesMax && labelKeyPattern.test(value)) return nothing;
  const texts = prefixedNameErrors(value);
  if (texts.length === 0) {
    if (soundNames.size >= soundNamesMax) soundNames.clear();
    soundNames.add(value);
  }
  return texts;
}

/** Names with a prefix that were found sound: there are few, and they come again and again. */
const soundNames = new Set<string>();
const soundNamesMax = 1000;

function prefixedNameErrors(value: string): Texts {
  const parts = value.split('/');
  const [first = '', second] = parts;
  const keyText = regexText(labelKeyMessage, labelKey, 'MyName', 'my.name', '123-abc');
  if (parts.length > 2) {
    const optional = "with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')";
    return [`a valid label key ${keyText} ${optional}`];
  }
  const prefix = second === undefined ? undefined : first;
  const name = second ?? first;
  return [
    ...(prefix === undefined ? [] : prefixErrors(prefix)),
    ...check(
      name === '' && 'name part must be non-empty',
      byteLength(name) > 63 && `name part ${maxBytesText(63)}`,
      !labelKeyPattern.test(name) && `name part ${keyText}`,
    ),
  ];
}

function prefixErrors(prefix: string): Texts {
  if (prefix === '') return ['prefix part must be non-empty'];
  const tooLong = byteLength(prefix) > 253 && maxBytesText(253);
  return check(tooLong, subdomainText(prefix)).map(text => `prefix part ${text}`);
}

/** IsValidLabelValue. */
export function labelValueErrors(value: string): Texts {
  return check(
    byteLength(value) > 63 && maxBytesText(63),
    !labelValuePattern.test(value) &&
      regexText(labelValueMessage, labelValue, 'MyValue', 'my_value', '12345'),
  );
}

/** IsCIdentifier. */
export function cIdentifierErrors(value: string): Texts {
  const message =
    "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_'";
  return check(
    !cIdentifierPattern.test(value) &&
      regexText(message, cIdentifier, 'my_name', 'MY_NAME', 'MyName'),
  );
}

/** IsValidPortNum. */
export function portNumberErrors(port: number): Texts {
  return check((port < 1 || port > 65535) && rangeText(1, 65535));
}

/** IsInRange. */
export function rangeErrors(value: number, min: number, max: number): Texts {
  return check((value < min || value > max) && rangeText(min, max));
}

/** IsValidUserID and IsValidGroupID. */
export function userIdErrors(id: number): Texts {
  return rangeErrors(id, 0, 2147483647);
}

/** IsValidPortName. */
export function portNameErrors(port: string): Texts {
  return check(
    byteLength(port) > 15 && maxLengthText(15),
    !/^[-a-z0-9]+$/.test(port) &&
      'must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)',
    !/[a-z]/.test(port) && 'must contain at least one letter (a-z)',
    port.includes('--') && 'must not contain consecutive hyphens',
    (port.startsWith('-') || port.endsWith('-')) && 'must not begin or end with a hyphen',
  );
}

/** IsValidPercent. */
export function percentErrors(value: string): Texts {
  const message = "a valid percent string must be a numeric string followed by an ending '%'";
  return check(!percentPattern.test(value) && regexText(message, percent, '1%', '93%'));
}

/** IsHTTPHeaderName. */
export function httpHeaderNameErrors(value: string): Texts {
  const message = "a valid HTTP header must consist of alphanumeric characters or '-'";
  return check(!httpHeaderPattern.test(value) && regexText(message, httpHeader, 'X-Header-Name'));
}

/** IsEnvVarName. */
export function envVarNameErrors(value: string): Texts {
  const message =
    "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with a digit";
  const text = regexText(message, envVarName, 'my.env-name', 'MY_ENV.NAME', 'MyEnvName1');
  return check(!envVarNamePattern.test(value) && text, dotsText(value));
}

/** IsRelaxedEnvVarName. */
export function relaxedEnvVarNameErrors(value: string): Texts {
  const text =
    "a valid environment variable name must consist only of printable ASCII characters other than '='";
  return check(
    value === '' && 'environment variable name must be non-empty',
    !/^[\x20-\x3c\x3e-\x7e]*$/.test(value) && text,
  );
}

/** IsConfigMapKey. */
export function configMapKeyErrors(value: string): Texts {
  const message = "a valid config key must consist of alphanumeric characters, '-', '_' or '.'";
  return check(
    byteLength(value) > 253 && maxLengthText(253),
    !configMapKeyPattern.test(value) &&
      regexText(message, configMapKey, 'key.name', 'KEY_NAME', 'key-name'),
    dotsText(value),
  );
}

function dotsText(value: string): string | false {
  if (value === '.') return "must not be '.'";
  if (value === '..') return "must not be '..'";
  return value.startsWith('..') && "must not start with '..'";
}

/** IsPathSegmentName. */
export function pathSegmentErrors(value: string): Texts {
  if (value === '.' || value === '..') return [`may not be '${value}'`];
  return check(
    value.includes('/') && "may not contain '/'",
    value.includes('%') && "may not contain '%'",
  );
}

/** The check of the path part in IsDomainPrefixedPath. */
export function httpPathErrors(value: string): Texts {
  return check(!httpPathPattern.test(value) && regexText('Invalid path', httpPath));
}
