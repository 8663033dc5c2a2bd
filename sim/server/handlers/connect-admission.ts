/**
 * The admission of connections: plug-ins are asked about the options that the query states.
 * @upstream staging/src/k8s.io/apiserver/pkg/endpoints/handlers/rest.go ConnectResource
 */
import type { KubeObject } from '../../api/object.js';
import type { ApiAnswer } from '../../api/request.js';
import { isFailure, type Failure } from '../../api/status.js';
import { AdmissionRun } from '../admit.js';
import { failureAnswer } from '../answers.js';
import type { Scope } from '../scope.js';
import type { Steps } from '../steps.js';

const kindsBySubresource: Readonly<Record<string, string>> = {
  attach: 'AttachOptions',
  exec: 'ExecOptions',
  portforward: 'PortForwardOptions',
  proxy: 'ProxyOptions',
};

/** Connects when admission lets it. */
export function* admitted(
  scope: Scope,
  connect: (scope: Scope) => Steps<ApiAnswer>,
): Steps<ApiAnswer> {
  const refusal = yield* refusalOf(scope);
  return refusal === undefined ? yield* connect(scope) : failureAnswer(scope.context, refusal);
}

function* refusalOf(scope: Scope): Steps<Failure | undefined> {
  const { resource, subresource, name } = scope;
  const kind = `${resource.kind.kind}${kindsBySubresource[subresource] ?? ''}`;
  const admission = new AdmissionRun({
    operation: 'CONNECT',
    scope,
    isDryRun: false,
    options: {},
    oldObject: undefined,
    defaulted: object => object,
    kind: { group: '', version: 'v1', kind },
  });
  const options = yield* admission.mutate(optionsOf(scope, kind), name);
  if (isFailure(options)) return options;
  return yield* admission.validate(options, name);
}

/** As Go reads flags of a query. @upstream apimachinery/pkg/runtime/converter.go Convert_Slice_string_To_bool */
const isSet = (text: string | null, otherwise: boolean): boolean =>
  text === null ? otherwise : text === '' || (text !== '0' && text.toLowerCase() !== 'false');

function optionsOf({ context, subresource }: Scope, kind: string): KubeObject {
  const query = new URLSearchParams(context.info.query);
  const type = { kind, apiVersion: 'v1', metadata: {} };
  if (subresource === 'proxy') return { ...type, path: query.get('path') ?? '' } as KubeObject;
  if (subresource === 'portforward') {
    return { ...type, ports: query.getAll('ports').map(Number) } as KubeObject;
  }
  const streams = {
    stdin: isSet(query.get('stdin'), false),
    stdout: isSet(query.get('stdout'), true),
    stderr: isSet(query.get('stderr'), true),
    tty: isSet(query.get('tty'), false),
    container: query.get('container') ?? '',
  };
  const command = subresource === 'exec' ? { command: query.getAll('command') } : {};
  return { ...type, ...streams, ...command } as KubeObject;
}
