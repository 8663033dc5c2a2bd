/** The contract of auditing: what the chain tells of each request. @upstream apiserver/pkg/audit */
import type { KubeObject } from '../../api/object.js';
import type { ServerAccess } from '../access.js';
import type { RequestContext } from '../request-context.js';

/** The audit of one request. Undefined (no policy, level None) costs nothing. */
export interface AuditRecord {
  /** The decoded body of a write, as it was sent (and defaulted), or the patch. */
  requestObject(object: unknown): void;
  /** The body of the answer. */
  responseObject(object: unknown): void;
  /** A stream begins: stage ResponseStarted. */
  responseStarted(code: number): void;
  /** The request is over: stage ResponseComplete. The status's reason and message come from the answer's body. */
  responseComplete(code: number, body: unknown): void;
}

/** Made by `createAuditor(options)` of `sim/server/audit/index.ts`. */
export interface Auditor {
  /** A request came and its user is known (also when authentication failed): stage RequestReceived. */
  begin(context: RequestContext): AuditRecord | undefined;
}

/** Makes the auditor of a server that has an audit policy. */
export type CreateAuditor = (options: {
  readonly access: ServerAccess;
  readonly policy: KubeObject;
  readonly emit: (event: KubeObject) => void;
}) => Auditor;
