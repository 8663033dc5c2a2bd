/** The small web servers of agnhost. @upstream test/images/agnhost/{netexec,test-webserver,serve-hostname} */
import type { HttpResponse } from '../../api/http-message.js';
import { hostNameOf } from '../../api/host-name.js';
import { rfc3339 } from '../../api/time.js';
import { containerFiles, type ContainerFiles } from '../files/container-files.js';
import { serveHttp, textPage } from './http.js';
import type { ContainerContext } from '../workload.js';
import type { AgnhostCommand } from './index.js';
import { numberFlag } from './flags.js';

const ends = (context: ContainerContext) => ({ terminate: () => context.exit(0) });
const hostname = ({ pod }: ContainerContext): string => hostNameOf(pod);
const notFound = textPage('404 page not found\n', 404);

/** `netexec --http-port N`: echo, hostname, the client's address, a health that can be switched. */
export const netexec: AgnhostCommand = (context, flags) => {
  let isHealthy = true;
  const port = numberFlag(flags, 'http-port', 8080);
  const served = serveHttp(context.network, port, (request, respond, { from }) => {
    const { pathname, searchParams } = new URL(request.path, 'http://pod');
    switch (pathname) {
      case '/':
        return respond(textPage(`NOW: ${rfc3339(context.clock.now())}`));
      case '/clientip':
        return respond(textPage(`${from}:40000`));
      case '/echo': {
        const code = Number(searchParams.get('code') ?? 200);
        return respond(textPage(searchParams.get('msg') ?? '', code));
      }
      case '/healthz':
        return respond(isHealthy ? textPage('') : textPage('', 412));
      case '/hostname':
      case '/hostName':
        return respond(textPage(hostname(context)));
      case '/setready':
        isHealthy = searchParams.get('isready') !== 'false';
        return respond(textPage(''));
      default:
        return respond(notFound);
    }
  });
  return { ...served, ...ends(context) };
};

/** `serve-hostname --port N`. */
export const serveHostname: AgnhostCommand = (context, flags) => {
  const port = numberFlag(flags, 'port', 9376);
  const served = serveHttp(context.network, port, (_request, respond) =>
    respond(textPage(hostname(context))),
  );
  return { ...served, ...ends(context) };
};

/** `test-webserver --port N`: the files of its container, folders as lists. */
export const testWebserver: AgnhostCommand = (context, flags) => {
  const files = containerFiles(context);
  const port = numberFlag(flags, 'port', 80);
  const served = serveHttp(context.network, port, ({ path }, respond) =>
    respond(fileAt(files, new URL(path, 'http://pod').pathname)),
  );
  return { ...served, ...ends(context) };
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
