/**
 * exec, attach and portforward of pods: what the API server hands on to a kubelet.
 * @upstream pkg/registry/core/pod/rest/subresources.go, pkg/registry/core/pod/strategy.go
 */
import { nodes, type Pod } from '../../api/kinds/core.js';
import type { ApiAnswer } from '../../api/request.js';
import {
  badRequest,
  forbidden,
  internalError,
  isFailure,
  notFound,
  type Failure,
} from '../../api/status.js';
import { storageKey } from '../../store/collection.js';
import { failureAnswer } from '../answers.js';
import { keyIn, type Scope } from '../scope.js';
import { attachedStream } from './attach-stream.js';
import { execStream, type RunCommand } from './exec-stream.js';
import { containerOf } from './log.js';
import { portStream } from './port-forward.js';

/** Answers 101 and a stream of `ChannelItem`s, or why there can be none. */
export function connectPod(scope: Scope): ApiAnswer {
  const { context, resource, subresource, name } = scope;
  const refusal = streamRefusal(scope);
  if (refusal !== undefined) return failureAnswer(context, refusal);
  const stored = resource.collection.get(keyIn(scope));
  if (stored === undefined) return failureAnswer(context, notFound(resource.kind, name));
  const pod = stored.object as unknown as Pod;
  const query = new URLSearchParams(context.info.query);
  const target = targetOf(scope, pod, query);
  if (isFailure(target)) return failureAnswer(context, target);
  if (context.header('upgrade') === '') {
    return failureAnswer(context, badRequest('Upgrade request required'));
  }
  if (subresource === 'portforward') {
    return { status: 101, headers: {}, stream: portStream(pod, scope.core.options.http) };
  }
  const { namespace } = scope;
  const endpoint = scope.core.options.nodes?.(target.node);
  if (endpoint === undefined) {
    return failureAnswer(context, internalError(`error dialing backend: ${refused(target.node)}`));
  }
  const container = { namespace, pod: name, container: target.container };
  const command = query.getAll('command');
  const isAsked = (option: string) => ['1', 'true'].includes(query.get(option) ?? '');
  const run: RunCommand = (words, stdin, done) =>
    endpoint.exec({ ...container, command: words, stdin }, done);
  const stream =
    subresource === 'exec'
      ? execStream(command, run, {
          hasInput: isAsked('stdin'),
          isTerminal: isAsked('tty'),
          converse: (words, ...how) =>
            endpoint.converse?.({ ...container, command: words }, ...how),
        })
      : attachedStream(endpoint.log({ ...container, follow: true, tailLines: 0 }), piece =>
          endpoint.attachInput === undefined ? 'attached' : endpoint.attachInput(container, piece),
        );
  if ('code' in stream) return failureAnswer(context, stream);
  return { status: 101, headers: {}, stream };
}

/** A GET begins a stream as a POST does, and so needs the same right. @upstream pkg/registry/core/pod/rest/authorize.go */
function streamRefusal({ context, core, resource, name }: Scope): Failure | undefined {
  const { info, user } = context;
  if (info.verb === 'create') return undefined;
  const asked = Object.assign({}, info, { user, verb: 'create' });
  const { decision, reason } = core.authorizer.authorize(asked);
  return decision === 'allow' ? undefined : forbidden(resource.kind, name, reason);
}

function refused(node: string): string {
  return `dial tcp: lookup ${node}: connect: connection refused`;
}

interface ConnectTarget {
  readonly node: string;
  readonly container: string;
}

function targetOf(scope: Scope, pod: Pod, query: URLSearchParams): ConnectTarget | Failure {
  const { resource, subresource, name, core } = scope;
  const isPort = subresource === 'portforward';
  const container = isPort ? { name: '' } : containerOf(pod, query.get('container') ?? '');
  if ('code' in container) return container;
  const node = pod.spec?.nodeName ?? '';
  if (node === '') return badRequest(`pod ${name} does not have a host assigned`);
  const served = core.registry.find(nodes.group, nodes.version, nodes.resource);
  const isThere = served?.collection.get(storageKey('', node)) !== undefined;
  return isThere ? { node, container: container.name } : notFound(resource.kind, node);
}
