/** Whether a spec has the shape that its definition asks for: no other fields, no other types or words. */

/** The shape of a value. */
export type Shape =
  | 'text'
  | 'flag'
  | { readonly words: readonly string[] }
  | { readonly list: Shape }
  | { readonly map: Shape }
  | { readonly fields: Readonly<Record<string, Shape>> };

const texts: Shape = { list: 'text' };

function fieldsOf(names: readonly string[], shape: Shape): Readonly<Record<string, Shape>> {
  return Object.fromEntries(names.map(name => [name, shape]));
}

/** Each field, and its opposite. */
function bothWays(...names: readonly string[]): Shape {
  const not = names.map(name => `not${name.slice(0, 1).toUpperCase()}${name.slice(1)}`);
  return { fields: fieldsOf([...names, ...not], texts) };
}

const target: Shape = { fields: fieldsOf(['group', 'kind', 'name', 'namespace'], 'text') };
const selector: Shape = { fields: { matchLabels: { map: 'text' } } };
const mtls: Shape = { fields: { mode: { words: ['UNSET', 'DISABLE', 'PERMISSIVE', 'STRICT'] } } };
const attachment = { selector, targetRef: target, targetRefs: { list: target } } as const;

const source = bothWays(
  ...['principals', 'requestPrincipals', 'namespaces', 'serviceAccounts', 'trustDomains'],
  ...['ipBlocks', 'remoteIpBlocks'],
);
const operation = bothWays('hosts', 'ports', 'methods', 'paths');
const condition: Shape = { fields: { key: 'text', values: texts, notValues: texts } };
const rule: Shape = {
  fields: {
    from: { list: { fields: { source } } },
    to: { list: { fields: { operation } } },
    when: { list: condition },
  },
};

const jwtRule: Shape = {
  fields: {
    ...fieldsOf(['issuer', 'jwks', 'jwksUri', 'jwks_uri', 'outputPayloadToHeader'], 'text'),
    ...fieldsOf(['audiences', 'fromParams', 'fromCookies', 'spaceDelimitedClaims'], texts),
    fromHeaders: { list: { fields: fieldsOf(['name', 'prefix'], 'text') } },
    outputClaimToHeaders: { list: { fields: fieldsOf(['header', 'claim'], 'text') } },
    forwardOriginalToken: 'flag',
    presence: { words: ['OPTIONAL', 'REQUIRED'] },
    timeout: 'text',
  },
};

/** The shapes of the specs of the three kinds. */
export const specShapes: Readonly<Record<string, Shape>> = {
  PeerAuthentication: { fields: { selector, mtls, portLevelMtls: { map: mtls } } },
  RequestAuthentication: { fields: { ...attachment, jwtRules: { list: jwtRule } } },
  AuthorizationPolicy: {
    fields: {
      ...attachment,
      action: { words: ['ALLOW', 'DENY', 'AUDIT', 'CUSTOM'] },
      provider: { fields: { name: 'text' } },
      rules: { list: rule },
    },
  },
};

/** Whether a value has a shape. */
export function hasShape(value: unknown, shape: Shape): boolean {
  if (shape === 'text') return typeof value === 'string';
  if (shape === 'flag') return typeof value === 'boolean';
  if ('words' in shape) return typeof value === 'string' && shape.words.includes(value);
  if ('list' in shape) {
    return Array.isArray(value) && value.every(one => hasShape(one, shape.list));
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.entries(value).every(([name, one]) => {
    const inner = 'map' in shape ? shape.map : own(shape.fields, name);
    return inner !== undefined && hasShape(one, inner);
  });
}

function own(fields: Readonly<Record<string, Shape>>, name: string): Shape | undefined {
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}
