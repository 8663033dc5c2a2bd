/** The pages /flagz and /statusz: words for people, or a structure of config.k8s.io. @upstream component-base/zpages */
import type { ApiAnswer } from '../../api/request.js';
import { notAcceptable } from '../../api/status.js';
import { printYaml } from '../../api/yaml-print.js';
import { failureAnswer, textAnswer } from '../answers.js';
import { parseAccept } from '../filters/negotiation.js';
import type { RequestState } from '../request-state.js';

/** Such a page. */
export interface ZPage {
  readonly kind: 'Flagz' | 'Statusz';
  text(): string;
  fields(): Readonly<Record<string, unknown>>;
}

const textTypes = new Set(['', '*/*', 'text/*', 'text/plain']);
const structuredTypes = new Set(['application/json', 'application/yaml']);
const versions = new Set(['v1alpha1', 'v1beta1']);

/** Answers with the page, in words unless a structure is asked for. */
export function serveZPage(context: RequestState, page: ZPage): ApiAnswer {
  for (const { type, parameters } of parseAccept(context.header('accept'))) {
    const { as, g, v = '' } = parameters;
    if (as === undefined && g === undefined && textTypes.has(type)) {
      return textAnswer(context, 200, page.text());
    }
    const isOurs = as === page.kind && g === 'config.k8s.io' && versions.has(v);
    if (isOurs && structuredTypes.has(type)) return structured(context, page, { type, version: v });
  }
  return failureAnswer(context, notAcceptable([...structuredTypes, 'text/plain']));
}

function structured(
  context: RequestState,
  { kind, fields }: ZPage,
  { type, version }: { readonly type: string; readonly version: string },
): ApiAnswer {
  if (version === 'v1alpha1') {
    const name = kind.toLowerCase();
    context.warn(`This version of the ${name} endpoint is deprecated. Please use a newer version.`);
  }
  const metadata = { name: 'apiserver' };
  const body = { kind, apiVersion: `config.k8s.io/${version}`, metadata, ...fields() };
  const isYaml = type === 'application/yaml';
  const text = isYaml ? printYaml(body) : JSON.stringify(body, undefined, 2);
  const contentType = `${type};g=config.k8s.io;v=${version};as=${kind}`;
  return textAnswer(context, 200, text, { 'content-type': contentType });
}

/** What such a page says first. */
export function zPageHead(name: string): string {
  const warning =
    'Warning: This endpoint is not meant to be machine parseable, has no formatting compatibility guarantees and is for debugging purposes only.';
  return `\napiserver ${name}\n${warning}\n`;
}
