/** GET of a pod's log, which the kubelet of its node answers. @upstream pkg/registry/core/pod/rest/log.go */
import { forbidden, invalid as invalidField } from '../../api/field-error.js';
import type { FieldError } from '../../api/field-error.js';
import { nodes, type Pod } from '../../api/kinds/core.js';
import type { LogRequest } from '../../api/node-endpoint.js';
import type { ApiAnswer } from '../../api/request.js';
import { badRequest, internalError, invalid, notFound, type Failure } from '../../api/status.js';
import { storageKey } from '../../store/collection.js';
import { failureAnswer, textAnswer } from '../answers.js';
import { keyIn, type Scope } from '../scope.js';

const plainText = { 'content-type': 'text/plain' };
const logOptions = { group: '', kind: 'PodLogOptions' } as const;

/** Answers the text, or a stream when it is followed. */
export function getLog(scope: Scope): ApiAnswer {
  const { context, core, resource, name } = scope;
  const refuse = (failure: Failure): ApiAnswer => failureAnswer(context, failure);
  const query = new URLSearchParams(context.info.query);
  const errors = optionErrors(query);
  if (errors.length > 0) return refuse(invalid(logOptions, name, errors));
  const stored = resource.collection.get(keyIn(scope));
  if (stored === undefined) return refuse(notFound(resource.kind, name));
  const pod = stored.object as unknown as Pod;
  const container = containerOf(pod, query.get('container') ?? '');
  if ('code' in container) return refuse(container);
  const nodeName = pod.spec?.nodeName ?? '';
  if (nodeName === '') return textAnswer(context, 204, '', {});
  const hasNode = core.registry
    .find(nodes.group, nodes.version, nodes.resource)
    ?.collection.get(storageKey('', nodeName));
  // Upstream looks the node up by way of the pod's resource, and so it names the kind wrongly.
  if (hasNode === undefined) return refuse(notFound(resource.kind, nodeName));
  const endpoint = core.options.nodes?.(nodeName);
  if (endpoint === undefined) {
    const target = `${scope.namespace}/${name}/${container.name}`;
    const reason = `dial tcp: connect: connection refused`;
    const url = `https://${nodeName}:10250/containerLogs/${target}`;
    return refuse(internalError(`Get "${url}": ${reason}`));
  }
  const told = endpoint.log(logRequest(scope, container.name, query));
  if ('error' in told) {
    return refuse(told.code === 400 ? badRequest(told.error) : internalError(told.error));
  }
  if ('text' in told) return textAnswer(context, 200, told.text, plainText);
  return { status: 200, headers: plainText, stream: told.stream };
}

function logRequest(scope: Scope, container: string, query: URLSearchParams): LogRequest {
  const number = (key: string): number | undefined =>
    query.has(key) ? Number(query.get(key)) : undefined;
  const flag = (key: string): boolean =>
    query.has(key) && !['false', '0'].includes(query.get(key) ?? '');
  const sinceTime = query.get('sinceTime');
  const [tailLines, limitBytes, sinceSeconds] = [
    number('tailLines'),
    number('limitBytes'),
    number('sinceSeconds'),
  ];
  return {
    namespace: scope.namespace,
    pod: scope.name,
    container,
    follow: flag('follow'),
    previous: flag('previous'),
    timestamps: flag('timestamps'),
    ...(tailLines !== undefined && { tailLines }),
    ...(limitBytes !== undefined && { limitBytes }),
    ...(sinceSeconds !== undefined && { sinceSeconds }),
    ...(sinceTime !== null && { sinceTime }),
  };
}

/** @upstream pkg/apis/core/validation/validation.go ValidatePodLogOptions */
function optionErrors(query: URLSearchParams): FieldError[] {
  const errors: FieldError[] = [];
  const atLeast = (key: string, least: number, text: string): void => {
    const value = query.get(key);
    if (value !== null && Number(value) < least)
      errors.push(invalidField(key, Number(value), text));
  };
  atLeast('tailLines', 0, 'must be greater than or equal to 0');
  atLeast('limitBytes', 1, 'must be greater than 0');
  atLeast('sinceSeconds', 1, 'must be greater than 0');
  if (query.has('stream')) errors.push(forbidden('stream', 'may not be specified'));
  return errors;
}

/** The container that is meant: the named one, or the only one. */
export function containerOf(pod: Pod, name: string): { readonly name: string } | Failure {
  const { name: podName = '' } = pod.metadata;
  const { containers = [], initContainers = [], ephemeralContainers = [] } = pod.spec ?? {};
  const named = (list: readonly { readonly name: string }[]): string[] =>
    list.map(container => container.name);
  if (name === '') {
    const [only] = containers;
    if (only !== undefined && containers.length === 1) return { name: only.name };
    if (only === undefined)
      return badRequest(`a container name must be specified for pod ${podName}`);
    const choices = named([...initContainers, ...containers]).join(' ');
    const text = `a container name must be specified for pod ${podName}`;
    return badRequest(`${text}, choose one of: [${choices}]`);
  }
  const all = [...containers, ...initContainers, ...ephemeralContainers];
  if (named(all).includes(name)) return { name };
  return badRequest(`container ${name} is not valid for pod ${podName}`);
}
