/** The contract of auditing: what the chain tells of each request. @upstream apiserver/pkg/audit */
import type { KubeObject } from '../../api/object.js';
import type { ServerAccess } from '../access.js';
import type { RequestContext } from '../request-context.js';
import type { RequestInfo } from '../request-info.js';
import type { User } from '../user.js';
import type { AuditStage } from './policy.js';

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

/** What an event says of a request, where nobody wants the event itself. */
export interface HeardRequest {
  readonly stage: AuditStage;
  /** Whom the request was judged as: who is acted for, where one acts for another. */
  readonly user: User;
  readonly info: RequestInfo;
  /** As `objectRef` has them: what is created says itself what it is called. */
  readonly namespace: string;
  readonly name: string;
  /** The code of the answer, as far as there is one. */
  readonly code: number | undefined;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Who reads the log: the events of audit.k8s.io/v1, or only what they would say. */
export type AuditReader =
  | { readonly onEvent: (event: KubeObject) => void; readonly onRequest?: undefined }
  | { readonly onRequest: (heard: HeardRequest) => void; readonly onEvent?: undefined };

/** Made by `createAuditor(options)` of `sim/server/audit/index.ts`. */
export interface Auditor {
  /** A request came and its user is known (also when authentication failed): stage RequestReceived. */
  begin(context: RequestContext): AuditRecord | undefined;
}

/** Makes the auditor of a server that has an audit policy. */
export type CreateAuditor = (options: {
  readonly access: ServerAccess;
  readonly policy: KubeObject;
  readonly reader: AuditReader;
}) => Auditor;
