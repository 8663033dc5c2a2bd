/**
 * The image sample-apiserver: an API server of its own behind an APIService. It keeps its objects in the
 * process, not in the etcd of its pod, and it believes the aggregator who asks; v1alpha1 alone is served.
 * @upstream staging/src/k8s.io/sample-apiserver
 */
import { flagsOf, numberFlag } from '../agnhost/flags.js';
import { serveHttp } from '../agnhost/http.js';
import { servedBy } from '../agnhost/served.js';
import type { Workload } from '../workload.js';
import { answerTo } from './answers.js';
import { WardleStore } from './wardle-store.js';

/** Plays the image. */
export const sampleApiServer: Workload = {
  name: 'sample-apiserver',
  start(context) {
    const { clock, random } = context;
    const served = servedBy(context);
    const store = new WardleStore(clock, random);
    const port = numberFlag(flagsOf(context.command), 'secure-port', 443);
    serveHttp(served.context.network, port, (request, respond) =>
      respond(answerTo(store, request)),
    );
    const { probe } = served;
    return { probe, terminate: () => context.exit(0), ended: () => store.close() };
  },
};
