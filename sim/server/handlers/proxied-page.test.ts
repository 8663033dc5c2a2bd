import { expect, it } from 'vitest';
import { rewritten } from './proxied-page.js';

const prefix = '/api/v1/namespaces/n/pods/p/proxy';
const textOf = (body: unknown) => new TextDecoder().decode(body as Uint8Array);

it('leads the links of pages through the proxy, and leaves all else alone', () => {
  const page =
    '<a href="/x">t</a> <img alt="/y" src="/y"> <a href="http://o/x">o</a> <a href="z">z</a>';
  const html = rewritten(
    { status: 200, contentType: 'text/html; charset=utf-8', body: page },
    prefix,
  );
  expect(textOf(html.body)).toBe(
    `<a href="${prefix}/x">t</a> <img alt="/y" src="${prefix}/y"> <a href="http://o/x">o</a> <a href="z">z</a>`,
  );
  const plain = rewritten({ status: 200, contentType: 'text/plain', body: page }, prefix);
  expect(textOf(plain.body)).toBe(page);
  const moved = { status: 302, contentType: 'text/html', body: '', headers: { location: '/x' } };
  expect(rewritten(moved, prefix).headers['location']).toBe(`${prefix}/x`);
});
