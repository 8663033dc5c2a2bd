/**
 * Path templates: `{*}` is one segment, `{**}` any rest.
 * @upstream envoy source/extensions/path/uri_template_lib/uri_template_internal.cc
 */

/** Whether a path of a rule is a template. */
export function isPathTemplate(path: string): boolean {
  return path.includes('{*}') || path.includes('{**}');
}

/** The characters that a template's operators stand for. */
const literals = String.raw`[\w.~%!$&'()+,;:@=-]`;

/** The template as a test of paths without their queries. */
export function pathTemplate(template: string): (path: string) => boolean {
  const pattern = template
    .split(/(\{\*\*?\})/u)
    .map(part => {
      if (part === '{*}') return `${literals}+`;
      return part === '{**}' ? `(?:${literals}|/)*` : quoted(part);
    })
    .join('');
  const whole = new RegExp(`^${pattern}$`, 'u');
  return path => whole.test(path);
}

/** The text as a pattern that matches nothing else. */
export function quoted(text: string): string {
  return text.replaceAll(/[$()*+./?[\\\]^{|}]/gu, String.raw`\$&`);
}
