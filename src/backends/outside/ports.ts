/** Which ports of this machine answer for those of a Service. */
import type { Container, Service } from '../../../sim/api/kinds/core.js';

/** As the annotation has them: `443=9443,8443=8443`. */
export function portsOutside({ spec }: Service, { ports = [] }: Container): string {
  return (spec?.ports ?? [])
    .map(({ port, targetPort = port }) => {
      const named = ports.find(({ name }) => name === targetPort)?.containerPort;
      return `${port}=${named ?? (typeof targetPort === 'number' ? targetPort : port)}`;
    })
    .join(',');
}
