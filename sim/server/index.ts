/** The API server. */
import { followApiServices } from './aggregator/follow.js';
import { followDefinitions } from './custom/definitions.js';
import { followFlowSchemas } from './flow-control/schema-status.js';
import { createServe } from './chain.js';
import { storeBootstrapObjects } from './bootstrap.js';
import type { CreateApiServer, HistoryEntry } from './contract.js';
import { createCore, type Core } from './core.js';
import { expireEvents } from './event-expiry.js';
import { restore, takeBack, takeOver } from './restore.js';
import { shownAhead } from './shown-ahead.js';

/** Makes the API server with the objects that a fresh one has. */
export const createApiServer: CreateApiServer = options => {
  const core = createCore(options);
  if (options.isEmpty !== true) storeBootstrapObjects(core);
  followDefinitions(core);
  followFlowSchemas(core);
  followApiServices(core);
  expireEvents(core);
  const { store } = core;
  const serve = createServe(core);
  return {
    serve: core.metrics.requests.counted(serve),
    revision: () => store.revision,
    history: afterRevision => historyOf(core, afterRevision),
    shownAhead: (afterRevision, writesMax) => shownAhead(core, afterRevision, writesMax),
    restore: entries => restore(core, entries),
    takeBack: revision => takeBack(core, revision),
    takeOver: objects => takeOver(core, objects),
    compact: () => store.compact(),
    compactRegularly: () => core.compaction.beginRegularly(),
    tokenIssuer: core.authentication.tokenIssuer,
  };
};

function* historyOf({ store }: Core, afterRevision = 0): Iterable<HistoryEntry> {
  for (const { revision, timeMs, type, resource, user, current } of store.history(afterRevision)) {
    yield { revision, timeMs, type, resource, user, object: current.object };
  }
}
