/** What is known of one request on its way through the chain. */
import type { KubeObject } from '../api/object.js';
import type { ApiRequest, Connection } from '../api/request.js';
import type { RequestInfo } from './request-info.js';
import type { User } from './user.js';

/** The steps of an object from the body of a request into the store. */
export interface Created {
  /** As it was sent, with its defaults. */
  readonly read: KubeObject;
  /** Without what only the server sets, before admission. */
  readonly placed: KubeObject;
  readonly stored: KubeObject;
}

/** One request on its way; the filters fill it in. */
export interface RequestContext {
  readonly request: ApiRequest;
  readonly connection: Connection;
  readonly info: RequestInfo;
  /** Header values by name in lower case; '' when absent. */
  header(name: string): string;
  /** The first value of a query parameter, or undefined. */
  parameter(name: string): string | undefined;
  /** All values of a query parameter. */
  parameters(name: string): readonly string[];
  /** Who acts: after impersonation. */
  user: User;
  /** Who asked for the impersonation, if one was asked for. */
  impersonator?: User;
  /** When the request came. */
  readonly nowMs: number;
  /** Adds the text of a `Warning: 299` header; a text that was said already is not repeated. */
  warn(text: string): void;
  readonly warnings: readonly string[];
  /** Adds an annotation to the audit event; the first value of a key stays. */
  annotate(key: string, value: string): void;
  readonly annotations: Readonly<Record<string, string>>;
  /** What became of the body of a POST that one of our own components made: short ways learn from it. */
  created?: Created;
}
