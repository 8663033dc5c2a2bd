/** The small web servers of agnhost. @upstream test/images/agnhost/{test-webserver,serve-hostname,porter,liveness,grpc-health-checking,nettest} */
import { systemNameOf } from '../../api/host-name.js';
import type { HttpResponse } from '../../api/http-message.js';
import { containerFiles, type ContainerFiles } from '../files/container-files.js';
import { serveHttp, sniffedPage, textPage } from './http.js';
import type { ContainerContext } from '../workload.js';
import type { AgnhostCommand } from './index.js';
import { numberFlag } from './flags.js';
import type { HealthQuestion } from './served.js';

const ends = (context: ContainerContext) => ({ terminate: () => context.exit(0) });
const hostname = ({ pod }: ContainerContext): string => systemNameOf(pod);
const notFound = textPage('404 page not found\n', 404);

/** `serve-hostname --port N`. */
export const serveHostname: AgnhostCommand = (context, flags) => {
  const port = numberFlag(flags, 'port', 9376);
  serveHttp(context.network, port, (_request, respond) => respond(textPage(hostname(context))));
  return ends(context);
};

/** `test-webserver --port N`: the files of its container, folders as lists. */
export const testWebserver: AgnhostCommand = (context, flags) => {
  const files = containerFiles(context);
  serveHttp(context.network, numberFlag(flags, 'port', 80), ({ path }, respond) =>
    respond(fileAt(files, decodeURIComponent(new URL(path, 'http://pod').pathname))),
  );
  return ends(context);
};

/** @upstream net/http FileServer */
function fileAt(files: ContainerFiles, path: string): HttpResponse {
  const content = files.read(path.endsWith('/') ? `${path}index.html` : path);
  if (content !== undefined) return textPage(content);
  if (files.stat(path)?.isFolder !== true) return notFound;
  const folder = path.endsWith('/') ? path : `${path}/`;
  const below = (paths: readonly string[], isFolder: boolean) =>
    paths.map(one => {
      const [name = '', ...rest] = one.slice(folder.length).split('/');
      return isFolder || rest.length > 0 ? `${name}/` : name;
    });
  const names = new Set([
    ...below(files.list(folder), false),
    ...below(files.folders(folder), true),
  ]);
  const links = [...names].sort().map(name => `<a href="${name}">${name}</a>\n`);
  return {
    ...textPage(`<pre>\n${links.join('')}</pre>\n`),
    contentType: 'text/html; charset=utf-8',
  };
}

const serving = /^SERVE_(?:TLS_|TCP_|UDP_|SCTP_)?PORT_(\d+)$/;

/** `porter`: what the environment says, at the ports that it names: SERVE_PORT_80=foo. */
export const porter: AgnhostCommand = (context, flags) => {
  const isJson = flags['json-response'] === 'true';
  for (const [name, value] of Object.entries(context.env)) {
    const port = Number(serving.exec(name)?.[1] ?? Number.NaN);
    if (!Number.isInteger(port)) continue;
    if (name.includes('UDP') || name.includes('SCTP')) {
      const protocol = name.includes('UDP') ? 'UDP' : 'SCTP';
      const answer = { protocol: protocol.toLowerCase(), text: value };
      context.network.listen(port, ({ reply }) => reply(answer), protocol);
      continue;
    }
    serveHttp(context.network, port, ({ method }, respond) => {
      if (!isJson) return respond(sniffedPage(value));
      const body = JSON.stringify({ Method: method, Body: value });
      respond({ status: 200, contentType: 'application/json', body });
    });
  }
  return { terminate: () => context.exit(2) };
};

/** How long `liveness` is healthy. */
const livelyMs = 10_000;

/** `liveness`: healthy for ten seconds. */
export const liveness: AgnhostCommand = context => {
  const { clock } = context;
  const startedMs = clock.now();
  serveHttp(context.network, 8080, ({ path }, respond) => {
    const { pathname, searchParams } = new URL(path, 'http://pod');
    const ageMs = clock.now() - startedMs;
    if (pathname === '/started') return respond(textPage(`${ageMs / 1_000}s`));
    if (pathname === '/redirect') {
      const location = searchParams.get('loc') ?? '';
      return respond({ ...textPage('', 302), headers: { location } });
    }
    if (pathname !== '/healthz') return respond(notFound);
    respond(ageMs > livelyMs ? textPage(`error: ${ageMs / 1_000}`, 500) : textPage('ok'));
  });
  return { terminate: () => context.exit(2) };
};

/** `grpc-health-checking --port N --service S --delay-unhealthy-sec N`. */
export const grpcHealthChecking: AgnhostCommand = (context, flags) => {
  const { clock, network } = context;
  const startedMs = clock.now();
  const limitSeconds = numberFlag(flags, 'delay-unhealthy-sec', -1);
  let isForced: boolean | undefined;
  serveHttp(network, numberFlag(flags, 'http-port', 8080), ({ path }, respond) => {
    if (path === '/make-not-serving') isForced = true;
    else if (path === '/make-serving') isForced = false;
    else return respond(notFound);
    respond(textPage(`${(clock.now() - startedMs) / 1_000}s`));
  });
  network.listen(numberFlag(flags, 'port', 5000), ({ payload, reply }) => {
    const { service } = payload as HealthQuestion;
    const isLate = limitSeconds >= 0 && clock.now() - startedMs >= limitSeconds * 1_000;
    const unknown = 'rpc error: code = NotFound desc = unknown service';
    if (service !== (flags['service'] ?? '')) return reply({ error: unknown });
    reply({ status: isForced === true || isLate ? 'NOT_SERVING' : 'SERVING' });
  });
  return { terminate: () => context.exit(2) };
};

/** `nettest --port N`: remembers who wrote to it. Calls to its peers are not made: it has none here. */
export const nettest: AgnhostCommand = (context, flags) => {
  const received = new Map<string, number>();
  const name = hostname(context);
  serveHttp(context.network, numberFlag(flags, 'port', 8080), ({ path, body }, respond) => {
    switch (path) {
      case '/quit':
        return context.exit(0);
      case '/read': {
        const state = { Hostname: name, Sent: null, Received: Object.fromEntries(received) };
        const told = { ...state, Errors: null, Log: null, StillContactingPeers: true };
        return respond(textPage(JSON.stringify(told, null, '\t')));
      }
      case '/write': {
        const { Source: source = '' } = JSON.parse(body) as { readonly Source?: string };
        received.set(source, (received.get(source) ?? 0) + 1);
        return respond(textPage(`${JSON.stringify({ Hostname: name })}\n`));
      }
      case '/status':
        return respond(textPage('running'));
      default:
        return respond(notFound);
    }
  });
  return { terminate: () => context.exit(2) };
};
