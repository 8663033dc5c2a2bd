/**
 * Which form of an answer the client accepts.
 * @upstream apiserver/pkg/endpoints/handlers/negotiation/negotiate.go
 */
import { failure, notAcceptable, type Failure } from '../../api/status.js';
import type { RequestContext } from '../request-context.js';

/** How the body of an answer is written. */
export type Format = 'json' | 'yaml' | 'protobuf';

/** What the answer is turned into before it is written. */
export interface Transform {
  readonly kind: 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList';
  readonly version: 'v1' | 'v1beta1';
}

/** The form of an answer. */
export interface Media {
  readonly format: Format;
  readonly isPretty: boolean;
  readonly transform?: Transform;
}

/** Compact JSON of the object itself: what components in process get. */
export const plainJson: Media = { format: 'json', isPretty: false };

const plainYaml: Media = { format: 'yaml', isPretty: false };
const prettyJson: Media = { format: 'json', isPretty: true };

const typesOfFormats: Readonly<Record<Format, string>> = {
  json: 'application/json',
  yaml: 'application/yaml',
  protobuf: 'application/vnd.kubernetes.protobuf',
};
const allFormats: readonly Format[] = ['json', 'yaml', 'protobuf'];
const textFormats: readonly Format[] = ['json', 'yaml'];

/** The media types of the formats, in the order in which the server prefers them. */
export function mediaTypesOf(formats: readonly Format[]): readonly string[] {
  return formats.map(format => typesOfFormats[format]);
}

/** The content type of a format. */
export function contentTypeOf(format: Format): string {
  return typesOfFormats[format];
}

/** What an endpoint can answer. */
export interface Offer {
  readonly formats: readonly Format[];
  readonly transforms: boolean;
  /** Whether it can be shown as a table; reviews, which nobody can read back, cannot. Default true. */
  readonly hasTables?: boolean;
  /** Built-in kinds stand behind a route that looks at the plain types first. */
  readonly hasRoute: boolean;
  /** Lists may be streams of events, which the route tells. */
  readonly streams?: boolean;
}

/** Built-in kinds. */
export const builtInOffer: Offer = { formats: allFormats, transforms: true, hasRoute: true };
/** Custom resources: as protobuf only their transformed answers, which may always be JSON. */
export const customOffer: Offer = { formats: textFormats, transforms: true, hasRoute: false };
/** Discovery and the like. */
export const plainOffer: Offer = { formats: allFormats, transforms: false, hasRoute: true };

/** The form in which to answer, or a 406. */
export function negotiate(context: RequestContext, offer: Offer): Media | Failure {
  const { headers } = context.request;
  if (headers === undefined) return plainJson;
  const accept = headers['accept'] ?? '';
  const isPretty = isPrettyAsked(context);
  if (accept === '' || accept === 'application/json' || accept === '*/*') {
    return isPretty ? prettyJson : plainJson;
  }
  const clauses = parseAccept(accept);
  if (offer.hasRoute && !clauses.some(clause => passesRoute(clause, offer))) {
    return routeFailure(406, 'Not Acceptable', 'NotAcceptable', offer);
  }
  for (const clause of clauses) {
    for (const format of offer.formats) {
      const media = accepted(clause, format, { offer, isPretty });
      if (media !== undefined) return media;
    }
  }
  return notAcceptable(mediaTypesOf(offer.formats));
}

/** The form of an error, whatever was asked for. */
export function errorMedia(context: RequestContext): Media {
  const media = negotiate(context, plainOffer);
  if (!('format' in media)) return isPrettyAsked(context) ? prettyJson : plainJson;
  return media.format === 'protobuf' ? plainJson : media;
}

function routeFailure(code: number, text: string, reason: string, offer: Offer): Failure {
  const streams = ['application/json', 'application/vnd.kubernetes.protobuf'];
  const types = [
    ...mediaTypesOf(offer.formats),
    ...(offer.streams === true ? streams.map(type => `${type};stream=watch`) : []),
  ].join(', ');
  return failure(code, reason, `${code}: ${text}\n\nAvailable representations: ${types}`, {});
}

/** One clause of an Accept header. */
export interface AcceptClause {
  readonly type: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly quality: number;
}

/** Headers that were read: clients send the same ones. */
const acceptsRead = new Map<string, readonly AcceptClause[]>();
const acceptsReadMax = 256;

/** The clauses of an Accept header, the most wanted first. @upstream goautoneg ParseAccept */
export function parseAccept(header: string): readonly AcceptClause[] {
  let clauses = acceptsRead.get(header);
  if (clauses === undefined) {
    clauses = readAccept(header);
    if (acceptsRead.size >= acceptsReadMax) acceptsRead.clear();
    acceptsRead.set(header, clauses);
  }
  return clauses;
}

function readAccept(header: string): readonly AcceptClause[] {
  const clauses = header.split(',').map(text => {
    const [type = '', ...rest] = text.split(';').map(part => part.trim());
    const parameters: Record<string, string> = {};
    for (const parameter of rest) {
      const [name = '', value = ''] = parameter.split('=');
      parameters[name.trim()] = value.trim().replace(/^"|"$/g, '');
    }
    const quality = parameters['q'] === undefined ? 1 : Number(parameters['q']);
    return { type, parameters, quality };
  });
  return clauses
    .map((clause, index) => ({ clause, index }))
    .sort(
      (a, b) =>
        b.clause.quality - a.clause.quality ||
        stars(a.clause.type) - stars(b.clause.type) ||
        a.index - b.index,
    )
    .map(({ clause }) => clause);
}

/** `*\/*` comes after `application/*`, which comes after whole types. */
function stars(type: string): number {
  return type.startsWith('*') ? 2 : type.endsWith('/*') ? 1 : 0;
}

function passesRoute({ type }: AcceptClause, offer: Offer): boolean {
  return type === '*/*' || mediaTypesOf(offer.formats).includes(type);
}

function accepted(
  { type, parameters }: AcceptClause,
  format: Format,
  { offer, isPretty }: { readonly offer: Offer; readonly isPretty: boolean },
): Media | undefined {
  if (type !== '*/*' && type !== 'application/*' && type !== typesOfFormats[format]) {
    return undefined;
  }
  const { as, g, v, stream, pretty } = parameters;
  if (stream !== undefined && stream !== '' && stream !== 'watch') return undefined;
  const isPrettyHere = isPretty || pretty === '1';
  if (as === undefined && g === undefined && v === undefined) {
    if (format === 'json') return isPrettyHere ? prettyJson : plainJson;
    return format === 'yaml' ? plainYaml : { format, isPretty: false };
  }
  const transform = offer.transforms ? transformOf(as, g, v) : undefined;
  if (transform === undefined) return undefined;
  const hasTables = format !== 'protobuf' && offer.hasTables !== false;
  if (transform.kind === 'Table' && !hasTables) return undefined;
  return { format, isPretty: isPrettyHere, transform };
}

function transformOf(
  as: string | undefined,
  group: string | undefined,
  version: string | undefined,
): Transform | undefined {
  if (group !== 'meta.k8s.io' || (version !== 'v1' && version !== 'v1beta1')) return undefined;
  switch (as) {
    case 'Table':
    case 'PartialObjectMetadata':
    case 'PartialObjectMetadataList':
      return { kind: as, version };
    default:
      return undefined;
  }
}

const trueTexts = new Set(['1', 't', 'T', 'TRUE', 'true', 'True']);

/** By the query, which wins, or because a person seems to be asking. */
function isPrettyAsked(context: RequestContext): boolean {
  if (context.info.query.includes('pretty')) {
    const pretty = context.parameter('pretty');
    if (pretty !== undefined && pretty !== '') return trueTexts.has(pretty);
  }
  const agent = context.header('user-agent');
  return agent.startsWith('curl') || agent.startsWith('Wget') || agent.startsWith('Mozilla/5.0');
}
