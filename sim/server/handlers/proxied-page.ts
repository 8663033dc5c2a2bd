/**
 * What comes back through a proxy, with its links led through the proxy too: the program behind it does
 * not know by which path it was asked.
 * @upstream staging/src/k8s.io/apimachinery/pkg/util/proxy/transport.go
 */
import type { HttpResponse } from '../../api/http-message.js';
import type { ApiAnswer } from '../../api/request.js';

/** The answer to whoever asked the proxy; `prefix` is its path up to `/proxy`. */
export function rewritten(response: HttpResponse, prefix: string): ApiAnswer {
  const { status, contentType, body, headers = {} } = response;
  const { location } = headers;
  const isPage = contentType.split(';')[0]?.trim() === 'text/html' && location === undefined;
  const text = isPage ? pageBehind(body, prefix) : body;
  return {
    status,
    headers: {
      ...headers,
      ...(location !== undefined && { location: linkBehind(location, prefix) }),
      'content-type': contentType,
    },
    body: new TextEncoder().encode(text),
  };
}

/** The attributes that hold addresses, by element. */
const linkAttributes: Readonly<Record<string, readonly string[]>> = {
  a: ['href'],
  area: ['href'],
  audio: ['src'],
  base: ['href'],
  blockquote: ['cite'],
  body: ['background'],
  button: ['formaction'],
  embed: ['src'],
  form: ['action'],
  frame: ['longdesc', 'src'],
  iframe: ['longdesc', 'src'],
  img: ['longdesc', 'src', 'usemap'],
  input: ['src', 'usemap', 'formaction'],
  link: ['href'],
  object: ['classid', 'codebase', 'data', 'usemap'],
  q: ['cite'],
  script: ['src'],
  source: ['src'],
  video: ['poster', 'src'],
};

function pageBehind(page: string, prefix: string): string {
  return page.replace(/<([a-z]+)(\s[^>]*)>/gi, (whole, element: string, rest: string) => {
    const names = linkAttributes[element.toLowerCase()];
    if (names === undefined) return whole;
    const led = rest.replace(
      /([a-z-]+)=("[^"]*"|'[^']*')/gi,
      (attribute, name: string, quoted: string) => {
        if (!names.includes(name.toLowerCase())) return attribute;
        return `${name}="${linkBehind(quoted.slice(1, -1), prefix)}"`;
      },
    );
    return `<${element}${led}>`;
  });
}

/** Only a path from the root is led through the proxy: others lead on, or away. */
function linkBehind(link: string, prefix: string): string {
  if (!link.startsWith('/') || link.startsWith('//') || link.startsWith(prefix)) return link;
  return `${prefix}${link}`;
}
