/** The short ways of a server, by the method of the request. */
import type { ApiAnswer, ApiRequest, Connection } from '../../api/request.js';
import type { Core } from '../core.js';
import type { RequestState } from '../request-state.js';
import { Bindings } from './bindings.js';
import { EventCreations } from './event-creations.js';
import { LeaseRenewals } from './lease-renewals.js';
import { PodStatuses } from './pod-statuses.js';
import { Reads } from './reads.js';
import { SiblingPods } from './sibling-pods.js';
import { StatusReports } from './status-reports.js';

/** All short ways. */
export class ShortWays {
  private readonly reads: Reads;
  private readonly leases: LeaseRenewals;
  private readonly events: EventCreations;
  private readonly podStatuses: PodStatuses;
  private readonly bindings: Bindings;
  private readonly siblingPods: SiblingPods;
  private readonly statuses: StatusReports;

  constructor(core: Core) {
    this.reads = new Reads(core);
    this.leases = new LeaseRenewals(core);
    this.events = new EventCreations(core);
    this.podStatuses = new PodStatuses(core);
    this.bindings = new Bindings(core);
    this.siblingPods = new SiblingPods(core);
    this.statuses = new StatusReports(core);
  }

  /** The answer to a request that has a short way; undefined: it takes the long one. */
  serve(request: ApiRequest, connection: Connection): ApiAnswer | undefined {
    if (connection.omitsManagedFields !== true) return undefined;
    if (request.method === 'GET') return this.reads.serve(request, connection);
    if (request.headers !== undefined) return undefined;
    switch (request.method) {
      case 'PUT':
        return (
          this.leases.serve(request, connection) ??
          this.podStatuses.serve(request, connection) ??
          this.statuses.serve(request, connection)
        );
      case 'POST':
        return (
          this.events.serve(request, connection) ??
          this.bindings.serve(request, connection) ??
          this.siblingPods.serve(request, connection)
        );
      default:
        return undefined;
    }
  }

  /** Takes note of a request that was served the long way. New Events and renewals are not audited there. */
  learn(context: RequestState, answer: ApiAnswer, isAudited: boolean): void {
    if (context.connection.omitsManagedFields !== true || answer.status > 201) return;
    switch (context.request.method) {
      case 'GET':
        return this.reads.learn(context, answer);
      case 'PUT':
        if (!isAudited) this.leases.learn(context);
        this.podStatuses.learn(context);
        return this.statuses.learn(context);
      case 'POST':
        if (!isAudited) this.events.learn(context);
        this.siblingPods.learn(context);
        return this.bindings.learn(context);
    }
  }
}
