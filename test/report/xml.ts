/** Reads XML strictly, and holds it to the part of XML Schema that `junit.xsd` is written in. */

/** An element. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
  text: string;
}

const token =
  /<\?[^]*?\?>|<!--[^]*?-->|<\/([\w:.-]+)\s*>|<([\w:.-]+)((?:\s+[\w:.-]+="[^"<]*")*)\s*(\/?)>|([^<]+)/gy;
const entity = /&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[0-9a-fA-F]+);)/;

/** The root element; throws where the text is not well-formed. */
export function parseXml(text: string): Element {
  const root: Element = { name: '', attributes: {}, children: [], text: '' };
  const open: Element[] = [root];
  let at = 0;
  for (const match of text.matchAll(token)) {
    if (match.index !== at) throw new Error(`not XML: ${text.slice(at, at + 60)}`);
    at += match[0].length;
    const [all, ended, started, attributes = '', isEmpty, plain] = match;
    const parent = open.at(-1) ?? root;
    if (entity.test(all)) throw new Error(`a bare & in ${all.slice(0, 60)}`);
    if (plain !== undefined) parent.text += plain;
    else if (ended !== undefined) {
      if (open.pop()?.name !== ended) throw new Error(`</${ended}> ends another element`);
    } else if (started !== undefined) {
      const pairs = [...attributes.matchAll(/([\w:.-]+)="([^"]*)"/g)];
      const named = Object.fromEntries(pairs.map(([, name = '', value = '']) => [name, value]));
      if (Object.keys(named).length < pairs.length) throw new Error(`an attribute twice: ${all}`);
      const element: Element = { name: started, attributes: named, children: [], text: '' };
      parent.children.push(element);
      if (isEmpty === '') open.push(element);
    }
  }
  const [only] = root.children;
  if (at < text.length || open.length > 1 || only === undefined || root.children.length > 1) {
    throw new Error(`not one whole element: ${text.slice(at, at + 60)}`);
  }
  return only;
}

const types: Readonly<Record<string, RegExp>> = {
  'xs:string': /^[^]*$/,
  'xs:decimal': /^[-+]?(\d+(\.\d*)?|\.\d+)$/,
  'xs:nonNegativeInteger': /^\+?\d+$/,
  'xs:dateTime': /^-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[-+]\d\d:\d\d)?$/,
};

/** What is wrong with the document by the schema; empty when it holds. */
export function schemaErrors(schema: Element, document: Element): readonly string[] {
  const known = new Map(schema.children.map(each => [each.attributes['name'] ?? '', each]));
  const check = (element: Element): string[] => {
    const definition = known.get(element.name);
    if (definition === undefined) return [`no element <${element.name}> is known`];
    const complex = definition.children.find(({ name }) => name === 'xs:complexType');
    if (complex === undefined) return [];
    const isMixed = complex.attributes['mixed'] === 'true';
    const bare = element.text.trim() === '' || isMixed ? [] : [`text in <${element.name}>`];
    const own = [...bare, ...attributeErrors(complex, element), ...orderErrors(complex, element)];
    return [...own, ...element.children.flatMap(check)];
  };
  return check(document);
}

function attributeErrors(complex: Element, { name, attributes }: Element): string[] {
  const declared = complex.children.filter(child => child.name === 'xs:attribute');
  const names = new Map(declared.map(each => [each.attributes['name'] ?? '', each.attributes]));
  const missing = [...names].filter(
    ([key, { use }]) => use === 'required' && attributes[key] === undefined,
  );
  const wrong = Object.entries(attributes).filter(([key, value]) => {
    const type = names.get(key)?.['type'];
    return type === undefined || types[type]?.test(value) !== true;
  });
  return [
    ...missing.map(([key]) => `<${name}> lacks ${key}`),
    ...wrong.map(([key, value]) => `<${name}> may not have ${key}="${value}"`),
  ];
}

function orderErrors(complex: Element, { name, children }: Element): string[] {
  const sequence = complex.children.find(child => child.name === 'xs:sequence')?.children ?? [];
  const rest = children.map(child => child.name);
  for (const { attributes } of sequence) {
    const { ref = '', minOccurs = '1', maxOccurs = '1' } = attributes;
    let count = 0;
    while (rest[0] === ref && (maxOccurs === 'unbounded' || count < Number(maxOccurs))) {
      rest.shift();
      count++;
    }
    if (count < Number(minOccurs)) return [`<${name}> lacks <${ref}>`];
  }
  return rest.length === 0 ? [] : [`<${rest[0] ?? ''}> may not stand there in <${name}>`];
}
