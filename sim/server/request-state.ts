/** The state of one request on its way through the chain. */
import type { ApiRequest, Connection } from '../api/request.js';
import type { Created, RequestContext } from './request-context.js';
import type { RequestInfo } from './request-info.js';
import type { User } from './user.js';

const none: readonly string[] = [];
const noAnnotations: Readonly<Record<string, string>> = {};
const nobody: User = { name: '', groups: [] };

/** Texts with such characters are no headers: upstream leaves them out. @upstream apimachinery/pkg/util/net/http.go NewWarningHeader */
const unsayable = /\p{Cc}/u;

/** Made by the chain for each request; cheap when nothing but the path is asked for. */
export class RequestState implements RequestContext {
  user: User = nobody;
  impersonator?: User;
  created?: Created;
  private texts: string[] | undefined;
  private notes: Record<string, string> | undefined;
  private given = noAnnotations;

  constructor(
    readonly request: ApiRequest,
    readonly connection: Connection,
    readonly info: RequestInfo,
    readonly nowMs: number,
  ) {}

  header(name: string): string {
    return this.request.headers?.[name] ?? '';
  }

  parameter(name: string): string | undefined {
    if (this.info.query === '') return undefined;
    return this.query().get(name) ?? undefined;
  }

  parameters(name: string): readonly string[] {
    return this.info.query === '' ? none : this.query().getAll(name);
  }

  get warnings(): readonly string[] {
    return this.texts ?? none;
  }

  get annotations(): Readonly<Record<string, string>> {
    return this.notes ?? this.given;
  }

  warn(text: string): void {
    if (text === '' || unsayable.test(text)) return;
    if (this.texts === undefined) this.texts = [text];
    else if (!this.texts.includes(text)) this.texts.push(text);
  }

  annotate(key: string, value: string): void {
    if (this.notes === undefined) this.notes = { ...this.given };
    this.notes[key] ??= value;
  }

  /** Begins with these annotations, which others may have as well. */
  annotated(annotations: Readonly<Record<string, string>>): void {
    this.given = annotations;
  }

  private query(): URLSearchParams {
    // Not kept here: a watch keeps its context for as long as it lasts.
    return parametersOf(this.info.query);
  }
}

/** Queries that were read, by their text: components watch with the same ones. They are only looked at. */
const queriesRead = new Map<string, URLSearchParams>();
const queriesReadMax = 256;

function parametersOf(query: string): URLSearchParams {
  let parameters = queriesRead.get(query);
  if (parameters === undefined) {
    parameters = new URLSearchParams(query);
    if (queriesRead.size >= queriesReadMax) queriesRead.clear();
    queriesRead.set(query, parameters);
  }
  return parameters;
}
