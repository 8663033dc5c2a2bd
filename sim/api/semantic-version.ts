/** Versions as semver.org orders them. @upstream github.com/blang/semver */

/** A version in its parts. */
export interface SemanticVersion {
  readonly numbers: readonly [number, number, number];
  readonly preRelease: readonly string[];
}

const parts = ['major', 'minor', 'patch'] as const;

/** The version, or why the text is none, in the words of blang/semver. */
export function parseVersion(text: string): SemanticVersion | { readonly error: string } {
  if (text === '') return { error: 'Version string empty' };
  const [major, minor, ...more] = text.split('.');
  const last = more.join('.');
  if (major === undefined || minor === undefined || more.length === 0) {
    return { error: 'No Major.Minor.Patch elements found' };
  }
  const [, patch = '', pre, build] = /^([^-+]*)(?:-([^+]*))?(?:\+(.*))?$/.exec(last) ?? [];
  const texts = [major, minor, patch];
  for (const [index, part] of texts.entries()) {
    const error = numberError(part, parts[index] ?? 'major');
    if (error !== undefined) return { error };
  }
  const error = identifierError(pre, 'Prerelease') ?? identifierError(build, 'Build meta data');
  if (error !== undefined) return { error };
  const [first = 0, second = 0, third = 0] = texts.map(Number);
  return { numbers: [first, second, third], preRelease: pre?.split('.') ?? [] };
}

function numberError(text: string, part: (typeof parts)[number]): string | undefined {
  if (!/^\d*$/.test(text)) {
    return `Invalid character(s) found in ${part} number ${JSON.stringify(text)}`;
  }
  if (text === '') return 'strconv.ParseUint: parsing "": invalid syntax';
  if (text.length === 1 || !text.startsWith('0')) return undefined;
  const name = `${part.charAt(0).toUpperCase()}${part.slice(1)}`;
  return `${name} number must not contain leading zeroes ${JSON.stringify(text)}`;
}

function identifierError(text: string | undefined, what: string): string | undefined {
  for (const part of text?.split('.') ?? []) {
    if (part === '') return `${what} is empty`;
    if (!/^[0-9A-Za-z-]+$/.test(part)) {
      return `Invalid character(s) found in ${what.toLowerCase()} ${JSON.stringify(part)}`;
    }
    if (what === 'Prerelease' && /^0\d+$/.test(part)) {
      return `Numeric PreRelease version must not contain leading zeroes ${JSON.stringify(part)}`;
    }
  }
  return undefined;
}

/** Below zero when a comes before b. Builds do not count. */
export function compareVersions(a: SemanticVersion, b: SemanticVersion): number {
  for (const index of [0, 1, 2] as const) {
    if (a.numbers[index] !== b.numbers[index]) return a.numbers[index] - b.numbers[index];
  }
  if (a.preRelease.length === 0 || b.preRelease.length === 0) {
    return b.preRelease.length - a.preRelease.length;
  }
  const count = Math.min(a.preRelease.length, b.preRelease.length);
  for (let index = 0; index < count; index++) {
    const order = compareParts(a.preRelease[index] ?? '', b.preRelease[index] ?? '');
    if (order !== 0) return order;
  }
  return a.preRelease.length - b.preRelease.length;
}

/** Numbers come before words. */
function compareParts(a: string, b: string): number {
  const [isNumberA, isNumberB] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (isNumberA && isNumberB) return Number(a) - Number(b);
  if (isNumberA !== isNumberB) return isNumberA ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}
