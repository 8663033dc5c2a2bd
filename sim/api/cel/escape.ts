/** What properties are called in expressions. @upstream apiserver/pkg/cel/escaping.go */

const reserved = new Set([
  'true',
  'false',
  'null',
  'in',
  'as',
  'break',
  'const',
  'continue',
  'else',
  'for',
  'function',
  'if',
  'import',
  'let',
  'loop',
  'package',
  'namespace',
  'return',
  'var',
  'void',
  'while',
]);

const escapes: Readonly<Record<string, string>> = {
  __: '__underscores__',
  '.': '__dot__',
  '-': '__dash__',
  '/': '__slash__',
};

/** All names of a property in rules: those that are CEL's words may be written as they are, too. */
export function namesInRules(name: string): readonly string[] {
  const escaped = escapedName(name);
  if (escaped === undefined) return [];
  return reserved.has(name) ? [escaped, name] : [escaped];
}

/** The name of a property in rules; undefined when it cannot be named there. */
export function escapedName(name: string): string | undefined {
  if (reserved.has(name)) return `__${name}__`;
  if (!/^[a-zA-Z_.\-/][a-zA-Z0-9_.\-/]*$/.test(name)) return undefined;
  return name.replace(/__|[-./]/g, text => escapes[text] ?? text);
}
