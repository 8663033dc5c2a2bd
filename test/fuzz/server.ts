/** Sends arbitrary requests to an API server, and holds what it answers and stores to what must always be. */
import type { ApiAnswer, ApiRequest } from '../../sim/api/request.js';
import { Loop } from '../../sim/engine/loop.js';
import { Random } from '../../sim/engine/random.js';
import type { ApiServer } from '../../sim/server/contract.js';
import { createApiServer } from '../../sim/server/index.js';
import { kindsOf } from './kinds.js';
import { RequestSource } from './requests.js';

const connection = { certificate: { user: 'fuzz', groups: ['system:masters'] } };
/** After so many requests the server is thrown away, lest it grow without end. */
const requestsPerServer = 20_000;

/** Failures of the server's own that kube-apiserver gives too, by what they say. */
const knownFailures: readonly RegExp[] = [
  /^failed to create typed patch object/,
  /^failed to create manager for existing fields/,
  /^failed to convert new object/,
  /^strconv\.ParseUint: parsing/,
  /^resourceVersion(:| should not be set)/,
  /^(\[?target\.|list element types are not identical|unable to find api field in struct)/,
  /^(invalid JSON|map: |delete list|unrecognized type|cannot convert|cannot restore|expected )/,
  /^Internal error occurred: /,
  /^(the spec replicas field|json: |quantities must match|no elements in any)/,
  /^merging list|^unable to |^no kind |^error trying to reach service|^no endpoints available/,
  /^(Timeout: )?Too large resource version/,
  /^The POST operation against|^uid mismatch/,
  /merge key|setElementOrder|\$patch|patch list/,
];

/** Sends so many requests; throws on the first answer that must not be, with how to send it again. */
export function fuzzServer(seed: number, requests: number): number {
  for (let first = 0; first < requests; first += requestsPerServer) {
    fuzzOne(seed + first, Math.min(requestsPerServer, requests - first));
  }
  return requests;
}

function fuzzOne(seed: number, requests: number): void {
  const loop = new Loop();
  const server = createApiServer({ clock: loop, random: new Random(1) });
  const ask = (request: ApiRequest) => answered(server, loop, request);
  const source = new RequestSource(new Random(seed), kindsOf(ask));
  for (let index = 0; index < requests; index++) {
    const request = source.next();
    const before = server.revision();
    let answer: ApiAnswer;
    try {
      answer = ask(request);
    } catch (error) {
      throw new Error(`${told(request, seed, index)} ended in an error`, { cause: error });
    }
    const problem = problemOf(request, answer, () => writesAfter(server, before));
    if (problem !== undefined) throw new Error(`${told(request, seed, index)} ${problem}`);
    answer.stream?.start({ item: () => undefined, end: () => undefined })();
  }
}

/** The one answer, after as much time as it takes. */
function answered(server: ApiServer, loop: Loop, request: ApiRequest): ApiAnswer {
  const answers: ApiAnswer[] = [];
  server.serve(request, connection, answer => answers.push(answer));
  // A revision of the future is waited for, and a definition takes its time.
  for (let waits = 0; answers.length === 0 && waits < 10; waits++) loop.runUntil(loop.now() + 1000);
  if (answers.length !== 1 || answers[0] === undefined) {
    throw new Error(`${answers.length} answers`);
  }
  return answers[0];
}

function writesAfter(server: ApiServer, revision: number): number {
  if (server.revision() === revision) return 0;
  return [...server.history(revision)].filter(({ user }) => user === connection.certificate.user)
    .length;
}

function problemOf(
  request: ApiRequest,
  { status, body }: ApiAnswer,
  writes: () => number,
): string | undefined {
  if (!(status >= 101 && status < 600)) return `was answered ${status}`;
  if (status < 400) return undefined;
  // An answer that cannot be shown as asked for, and a deletion of many, are refused when all is done.
  const isShownLate = status === 406 || request.path.includes('includeObject=');
  const mayWrite = isShownLate || request.method === 'DELETE';
  const written = mayWrite ? 0 : writes();
  if (written > 0) return `was refused with ${status}, and ${written} were written`;
  if (status < 500) return undefined;
  const message = messageIn(body);
  if (knownFailures.some(known => known.test(message))) return undefined;
  return `was answered ${status}: ${message}`;
}

/** Of a Status, which may be YAML. */
function messageIn(body: unknown): string {
  if (typeof body === 'string') return /message"?: ["']?(.*)/.exec(body)?.[1] ?? body;
  return (body as { readonly message?: string } | undefined)?.message ?? '';
}

function told({ method, path, headers, body }: ApiRequest, seed: number, index: number): string {
  const text = body instanceof Uint8Array ? new TextDecoder().decode(body) : '';
  return `seed ${seed}, request ${index}: ${method} ${path} ${JSON.stringify(headers)} ${text}`;
}
