/**
 * A guestbook of a frontend, a primary that pushes what it is told, and replicas that register with it.
 * @upstream test/images/agnhost/guestbook/guestbook.go
 */
import { isHttpResponse, type HttpResponse } from '../../api/http-message.js';
import { serveHttp, textPage } from './http.js';
import type { ContainerContext } from '../workload.js';
import type { AgnhostCommand } from './index.js';
import { numberFlag } from './flags.js';

const registerMs = 15_000;
const retryMs = 1_000;
const dataOf = (data: unknown): HttpResponse => textPage(JSON.stringify({ data }));

/** `guestbook --http-port N --backend-port N [--replicaof HOST]`. */
export const guestbook: AgnhostCommand = (context, flags) => {
  const port = numberFlag(flags, 'backend-port', 6379);
  const book = new Guestbook(context, port);
  serveHttp(context.network, numberFlag(flags, 'http-port', 80), (request, respond) =>
    book.serve(new URL(request.path, 'http://pod'), respond),
  );
  const primary = flags['replicaof'];
  if (primary !== undefined) book.register(primary);
  return { terminate: () => context.exit(143) };
};

class Guestbook {
  private store = new Map<string, string>();
  private readonly replicas: string[] = [];

  constructor(
    private readonly context: ContainerContext,
    private readonly port: number,
  ) {}

  serve({ pathname, searchParams }: URL, respond: (response: HttpResponse) => void): void {
    const key = searchParams.get('key') ?? '';
    const value = searchParams.get('value') ?? '';
    switch (pathname) {
      case '/register':
        this.replicas.push(searchParams.get('host') ?? '');
        return respond(dataOf(Object.fromEntries(this.store)));
      case '/get':
        return respond(
          dataOf(key === '' ? Object.fromEntries(this.store) : (this.store.get(key) ?? '')),
        );
      case '/set':
        if (key === '') return respond(textPage('cannot set with empty key.\n', 400));
        this.store.set(key, value);
        return this.push(new URLSearchParams({ key, value }), [...this.replicas], respond);
      case '/guestbook': {
        const command = (searchParams.get('cmd') ?? '').toLowerCase();
        if (command !== 'get' && command !== 'set') {
          return respond(textPage(`unsupported cmd: '${command}'\n`, 400));
        }
        const host = command === 'set' ? 'agnhost-primary' : 'agnhost-replica';
        const query = new URLSearchParams({ key, value }).toString();
        return this.ask(host, `/${command}?${query}`, respond);
      }
      default:
        return respond(textPage('404 page not found\n', 404));
    }
  }

  /** Tells one replica after another; the caller hears when all know. */
  private push(
    query: URLSearchParams,
    replicas: readonly string[],
    respond: (response: HttpResponse) => void,
  ): void {
    const [replica, ...others] = replicas;
    if (replica === undefined) return respond(textPage(JSON.stringify({ message: 'Updated' })));
    this.ask(replica, `/set?${query.toString()}`, ({ status, body }) => {
      if (status < 400) return this.push(query, others, respond);
      const text = `encountered error while propagating to replica '${replica}': ${body}`;
      respond(textPage(text, 417));
    });
  }

  private ask(host: string, path: string, done: (response: HttpResponse) => void): void {
    const request = { protocol: 'http', method: 'GET', path, body: '' };
    this.context.network.send({ host, port: this.port }, request, reply => {
      if (reply.isOk && isHttpResponse(reply.payload)) done(reply.payload);
      else done(textPage(`encountered error: ${reply.isOk ? 'no HTTP' : reply.error}`, 417));
    });
  }

  /** Asks the primary for what it knows until it answers; a replica that cannot register ends. */
  register(primary: string): void {
    const { clock, pod } = this.context;
    const untilMs = clock.now() + registerMs;
    const attempt = (): void => {
      if (clock.now() >= untilMs) {
        this.context.log('Timed out while registering to primary.');
        return this.context.exit(1);
      }
      this.ask(primary, `/register?host=${pod.status?.podIP ?? ''}`, ({ status, body }) => {
        if (status >= 400) return void clock.after(retryMs, 'guestbook registers', attempt);
        const { data } = JSON.parse(body) as { readonly data: Readonly<Record<string, string>> };
        this.store = new Map(Object.entries(data));
        this.context.log(`Registered to node: ${primary}`);
      });
    };
    attempt();
  }
}
