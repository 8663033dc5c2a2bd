/** Markup that escapes by construction: what is put into a template is text, unless it is markup itself. */

/** A piece of HTML or SVG that is safe as it stands. */
export interface Markup {
  readonly safe: string;
}

/** What a template takes; arrays are joined, undefined is nothing. */
export type Part = Markup | string | number | undefined | readonly Part[];

/** A template of HTML or SVG. */
export function markup(texts: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  const pieces = texts.map((text, index) => text + rendered(parts[index]));
  return { safe: pieces.join('') };
}

/** Text that is ours and no one else's: style sheets and scripts. */
export const trusted = (text: string): Markup => ({ safe: text });

/** Data inside of a script element: no `<` can end it. */
export function json(value: unknown): Markup {
  const text = JSON.stringify(value).replaceAll('<', '\\u003c');
  return { safe: text.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029') };
}

function rendered(part: Part): string {
  if (part === undefined) return '';
  if (typeof part === 'string') return escaped(part);
  if (typeof part === 'number') return String(part);
  if ('safe' in part) return part.safe;
  return part.map(rendered).join('');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  const printable = text.replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '\ufffd');
  return printable.replaceAll(/[&<>"']/g, sign => entities[sign] ?? sign);
}
