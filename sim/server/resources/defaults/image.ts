/** When an image is pulled if nobody says so. @upstream pkg/util/parsers/parsers.go */

const component = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const label = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])';
const host = `(?:${label}(?:\\.${label})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?`;
const tag = ':[\\w][\\w.-]{0,127}';
const digest = '@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}';
const reference = new RegExp(`^(?:${host}/)?${component}(?:/${component})*(${tag})?(${digest})?$`);

const policiesMax = 4096;
const policies = new Map<string, string>();

/** Always for the tag `latest`, said or implied; IfNotPresent else. */
export function defaultPullPolicy(image: string): string {
  let policy = policies.get(image);
  if (policy !== undefined) return policy;
  policy = isLatest(image) ? 'Always' : 'IfNotPresent';
  if (policies.size >= policiesMax) policies.clear();
  policies.set(image, policy);
  return policy;
}

const pathLengthMax = 255;

function isLatest(image: string): boolean {
  const match = reference.exec(image);
  if (match === null || /^[a-f0-9]{64}$/.test(image)) return false;
  if (pathWithin(image, match).length > pathLengthMax) return false;
  if (match[1] !== undefined) return match[1] === ':latest';
  return match[2] === undefined;
}

/** Without its registry; `library` has what nobody else has. */
function pathWithin(image: string, match: RegExpExecArray): string {
  const name = image.slice(0, image.length - (match[1]?.length ?? 0) - (match[2]?.length ?? 0));
  const slash = name.indexOf('/');
  if (slash < 0) return `library/${name}`;
  const first = name.slice(0, slash);
  return /[.:]|^localhost$/.test(first) ? name.slice(slash + 1) : name;
}
