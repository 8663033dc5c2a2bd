/**
 * GET of component statuses: nothing is stored, the programs are asked for their health as they are
 * now. The real list comes in whichever order the answers do; here it goes by name.
 * @upstream pkg/registry/core/componentstatus/rest.go, pkg/registry/core/rest/storage_core.go
 */
import type { ComponentStatus } from '../../api/kinds/core.js';
import type { Kind, KubeObject } from '../../api/object.js';
import type { ApiAnswer } from '../../api/request.js';
import { isFailure, methodNotSupported, notFound } from '../../api/status.js';
import { failureAnswer } from '../answers.js';
import { respond, respondList } from '../respond.js';
import type { Scope } from '../scope.js';
import type { Steps } from '../steps.js';
import { listOptions } from './list-options.js';
import { selectionIn } from './selection.js';

/** A program that serves its health on a port of the API server's own machine. */
interface Component {
  readonly program: string;
  readonly port: number;
}

/** By the name of the status. etcd-0 is the store, which always answers. */
const components: ReadonlyMap<string, Component | undefined> = new Map([
  ['controller-manager', { program: 'kube-controller-manager', port: 10257 }],
  ['etcd-0', undefined],
  ['scheduler', { program: 'kube-scheduler', port: 10259 }],
]);

/** Whether the kind is the one that is answered here. */
export function isComponentStatus({ group, resource }: Kind): boolean {
  return resource === 'componentstatuses' && group === '';
}

/** Answers the health of one program. */
// eslint-disable-next-line require-yield
export function* getComponentStatus(scope: Scope): Steps<ApiAnswer> {
  if (components.has(scope.name)) return respond(scope, 200, statusOf(scope, scope.name));
  const missing = { group: '', resource: 'componentstatus' };
  return failureAnswer(scope.context, notFound(missing, scope.name));
}

/** Answers the health of all programs that the selectors mean. */
// eslint-disable-next-line require-yield
export function* listComponentStatuses(scope: Scope): Steps<ApiAnswer> {
  const selection = selectionIn({ ...scope, name: '' });
  if (isFailure(selection)) return failureAnswer(scope.context, selection);
  const isWatch = scope.context.info.verb === 'watch';
  const options = listOptions(scope.context, isWatch);
  if (isFailure(options)) return failureAnswer(scope.context, options);
  if (isWatch)
    return failureAnswer(scope.context, methodNotSupported(scope.resource.kind, 'watch'));
  const all = [...components.keys()].map(name => statusOf(scope, name));
  return respondList(scope, { items: all.filter(one => selection.matches(one)) });
}

function statusOf({ core, resource }: Scope, name: string): KubeObject {
  const component = components.get(name);
  const isWell =
    component === undefined || core.options.answersHealth?.(component.program) === true;
  const status: ComponentStatus = {
    kind: resource.kind.kind,
    apiVersion: resource.apiVersion,
    metadata: { name },
    conditions: [
      isWell
        ? { type: 'Healthy', status: 'True', message: 'ok' }
        : { type: 'Healthy', status: 'False', message: refused(component.port) },
    ],
  };
  return status as KubeObject;
}

/** What Go's HTTP client says of a port on which nobody listens. */
function refused(port: number): string {
  const address = `127.0.0.1:${port}`;
  return `Get "https://${address}/healthz": dial tcp ${address}: connect: connection refused`;
}
