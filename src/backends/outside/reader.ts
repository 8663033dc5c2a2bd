/** Reads and changes objects of a cluster whose answers must be good. */
import type { HasMetadata, Kind } from '../../../sim/api/object.js';
import { get, list } from '../../../sim/client/requests.js';
import type { ApiAnswer, ApiRequest } from '../../../sim/api/request.js';
import { exitCodes, UserError } from '../../input/errors.js';
import type { HttpClient } from '../http-client.js';

/** Asks; what is refused is an error of the user's. */
export class Reader {
  constructor(private readonly client: HttpClient) {}

  async read<T extends HasMetadata>(kind: Kind<T>, namespace: string, name: string): Promise<T> {
    return (await this.ask(get(kind, namespace, name))).body as T;
  }

  /** Undefined where it is not there. */
  async find<T extends HasMetadata>(
    kind: Kind<T>,
    namespace: string,
    name: string,
  ): Promise<T | undefined> {
    const answer = await this.client.send(get(kind, namespace, name));
    return answer.status === 404 ? undefined : (checked(answer).body as T);
  }

  async list<T extends HasMetadata>(kind: Kind<T>, namespace: string): Promise<readonly T[]> {
    const { body } = await this.ask(list(kind, namespace));
    return (body as { readonly items: readonly T[] }).items;
  }

  async merge(path: string, body: unknown): Promise<void> {
    const headers = { 'content-type': 'application/merge-patch+json' };
    await this.ask({ method: 'PATCH', path, headers, body });
  }

  async create(path: string, body: unknown): Promise<unknown> {
    return (await this.ask({ method: 'POST', path, body })).body;
  }

  private async ask(request: ApiRequest): Promise<ApiAnswer> {
    return checked(await this.client.send(request));
  }
}

function checked(answer: ApiAnswer): ApiAnswer {
  if (answer.status < 400) return answer;
  const { message = `status ${answer.status}` } = (answer.body ?? {}) as { message?: string };
  throw new UserError(message, {
    exitCode: exitCodes.usage,
    code: 'refused',
    next: 'apply the manifests of the operator first, and name its Deployment and namespace',
  });
}
