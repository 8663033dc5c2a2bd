/** The programs of Knative Serving that requests go through. */
import type { Container } from '../../api/kinds/core.js';
import type { Workload } from '../workload.js';
import { activator } from './activator.js';
import { kourierGateway } from './kourier-gateway.js';
import { queueProxy } from './queue-proxy.js';

/** The program of an image without its tag; undefined: it is none of Knative's. */
export function knativeProgram(image: string, { name }: Container): Workload | undefined {
  if (image.endsWith('/knative.dev/serving/cmd/queue')) return queueProxy;
  if (image.endsWith('/knative.dev/serving/cmd/activator')) return activator;
  const isGateway = image.endsWith('envoyproxy/envoy') && name === 'kourier-gateway';
  return isGateway ? kourierGateway : undefined;
}
