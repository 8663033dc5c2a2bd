/**
 * The pages that a kubelet serves to whoever reaches its port: metrics and `/healthz`. The real one asks the API
 * server whether the caller may `get nodes/metrics`; messages of the simulated network carry no
 * credentials and no TLS, so who is let through by policies is answered. Other pages (`/pods`,
 * `/stats/summary`, `/configz`, `/metrics/probes`) are not served.
 * @upstream pkg/kubelet/server/server.go
 */
import { expositionOf, expositionType, type Family } from '../../api/exposition.js';
import { isHttpRequest, type HttpResponse } from '../../api/http-message.js';
import type { NodeShape } from '../node-shape.js';
import { cadvisorFamilies } from './cadvisor.js';

import { kubeletFamilies } from './kubelet.js';
import { resourceFamilies } from './resource.js';
import { usedNow, type UsedOf } from './used.js';

const plainType = 'text/plain; charset=utf-8';

/** Answers one request; it costs nothing until somebody asks. */
export function kubeletPage(payload: unknown, of: UsedOf, shape: NodeShape): HttpResponse {
  if (!isHttpRequest(payload)) return page('400 Bad Request', 400);
  const [path = ''] = payload.path.split('?');
  if (path === '/healthz') return page('ok', 200);
  const families = familiesAt(path, of, shape);
  if (families === undefined) return page('404 page not found\n', 404);
  if (payload.method !== 'GET' && payload.method !== 'HEAD') return page('', 405);
  return { status: 200, contentType: expositionType, body: expositionOf(families) };
}

function familiesAt(path: string, of: UsedOf, shape: NodeShape): readonly Family[] | undefined {
  switch (path) {
    case '/metrics':
      return kubeletFamilies(of.runtime, shape.name);
    case '/metrics/cadvisor':
      return cadvisorFamilies(usedNow(of), shape, of.clock.now());
    case '/metrics/resource':
      return resourceFamilies(usedNow(of));
    default:
      return undefined;
  }
}

const page = (body: string, status: number): HttpResponse => ({
  status,
  contentType: plainType,
  body,
});
