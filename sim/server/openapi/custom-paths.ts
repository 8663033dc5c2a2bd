/**
 * The operations on custom resources: told as those on Deployments are, with other names and fewer formats.
 * @upstream apiextensions-apiserver/pkg/controller/openapi/builder/builder.go
 */
import { apiVersionOf } from '../../api/object.js';
import type { Core } from '../core.js';
import type { ServedResource } from '../registry.js';
import { isRecord } from '../../api/equality.js';
import { definitionName } from './custom.js';
import { templateName, type Json } from './documents.js';

type Operation = Readonly<Record<string, unknown>>;

/** One path's operations by their method, and `parameters`, which all of them have. */
type PathItem = Readonly<Record<string, Operation | readonly unknown[]>>;

const templateRoot = '/apis/apps/v1';
const all = 'deployments';
const collection = `namespaces/{namespace}/${all}`;
const object = `${collection}/{name}`;

/** The paths of the kind, as version 2 or 3 of OpenAPI tells them. */
export function customPaths(core: Core, resource: ServedResource, openapi: 2 | 3): Json {
  const text = core.options.openapi?.text(openapi === 2 ? '' : templateName);
  if (text === undefined) return {};
  const { paths } = JSON.parse(text) as { readonly paths: Readonly<Record<string, PathItem>> };
  const { kind, subresources } = resource;
  const templates = [
    ...(kind.isNamespaced ? [all] : []),
    collection,
    object,
    ...subresources.map(({ name }) => `${object}/${name}`),
  ];
  const place = kind.isNamespaced ? 'namespaces/{namespace}/' : '';
  return Object.fromEntries(
    templates.map(template => {
      const path = template.replace('namespaces/{namespace}/', place).replace(all, kind.resource);
      const item = paths[`${templateRoot}/${template}`] ?? {};
      return [`/apis/${apiVersionOf(kind)}/${path}`, pathItem(resource, item)];
    }),
  );
}

function pathItem(resource: ServedResource, template: PathItem): PathItem {
  const { get } = template;
  const list = isRecord(get) ? parametersOf(get) : [];
  const item: Record<string, unknown> = {};
  for (const [name, told] of Object.entries(template)) {
    if (Array.isArray(told)) item[name] = withoutNamespace(resource, told);
    else item[name] = operation(name, told as Operation, list);
  }
  return renamed(resource, item) as PathItem;
}

function parametersOf(operation: Operation): readonly unknown[] {
  const { parameters } = operation;
  return Array.isArray(parameters) ? parameters : [];
}

function withoutNamespace({ kind }: ServedResource, parameters: readonly unknown[]) {
  return parameters.filter(one => kind.isNamespaced || parameterName(one) !== 'namespace');
}

/** The name that the parameter has, or to which it refers. */
function parameterName(parameter: unknown): string {
  const { name, $ref } = parameter as { readonly name?: string; readonly $ref?: string };
  return name ?? /^#\/parameters\/([^-]+)-/.exec($ref ?? '')?.[1] ?? '';
}

function operation(method: string, told: Operation, list: readonly unknown[]): Operation {
  const action = told['x-kubernetes-action'];
  const { requestBody: _, ...bodyless } = told;
  if (action === 'deletecollection') return { ...bodyless, parameters: list };
  if (action === 'get') return { ...told, parameters: [resourceVersion(told)] };
  if (method !== 'patch') return told;
  const { 201: _created, ...responses } = told['responses'] as Readonly<Record<number, unknown>>;
  return { ...told, responses };
}

const description =
  'resourceVersion sets a constraint on what resource versions a request may be served from. See https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions for details.\n\nDefaults to unset';

function resourceVersion(told: Operation): Json {
  const isOld = told['produces'] !== undefined;
  if (isOld) return { $ref: '#/parameters/resourceVersion-5WAnf1kx' };
  const schema = { type: 'string', uniqueItems: true };
  return { name: 'resourceVersion', in: 'query', description, schema };
}

const untold =
  /^application\/(vnd\.kubernetes\.protobuf|strategic-merge-patch\+json)|;stream=watch$/;
const anyFormat = '*/*';
const formats = ['application/json', 'application/yaml'];

/** The template with the names of the kind, and without what custom resources do not know. */
function renamed(resource: ServedResource, value: unknown): unknown {
  if (typeof value === 'string') return renamedText(resource, value);
  if (Array.isArray(value)) {
    return value
      .filter(item => !(typeof item === 'string' && untold.test(item)))
      .flatMap(item => (item === anyFormat ? formats : [renamed(resource, item)]));
  }
  if (!isRecord(value)) return value;
  const result: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    if (untold.test(key)) continue;
    const told = key === gvkKey ? gvkOf(resource) : renamed(resource, item);
    for (const name of key === anyFormat ? formats : [key]) result[name] = told;
  }
  return result;
}

const gvkKey = 'x-kubernetes-group-version-kind';

function gvkOf({ kind: { group, version, kind } }: ServedResource): Json {
  return { group, version, kind };
}

function renamedText(resource: ServedResource, text: string): string {
  const { group, version, kind, isNamespaced } = resource.kind;
  const words = group.split(/[^a-zA-Z0-9]+/);
  const camel = words.map(capital).join('');
  const inPlace = isNamespaced ? text : text.replace('NamespacedDeployment', 'Deployment');
  return inPlace
    .replace('io.k8s.api.apps.v1.Deployment', definitionName(resource))
    .replace('AppsV1', `${camel}${capital(version)}`)
    .replace('apps_v1', `${camel.charAt(0).toLowerCase()}${camel.slice(1)}_${version}`)
    .replace('list or watch objects', 'list objects')
    .replace('name of the Scale', `name of the ${kind}`)
    .replace(' a Deployment', ` ${article(kind)}${kind}`)
    .replace('Deployment', kind);
}

/** @upstream apiserver/pkg/endpoints/installer.go GetArticleForNoun */
function article(noun: string): string {
  if (noun.endsWith('s') && !noun.endsWith('ss')) return '';
  return /^[aeiou]/i.test(noun) ? 'an ' : 'a ';
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
