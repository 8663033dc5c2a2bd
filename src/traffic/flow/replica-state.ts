/** A replica as the exchange keeps it: its server, what it was sent, how busy it was. */
import type { Random } from '../../../sim/engine/random.js';
import {
  PerBatchServer,
  type CountBlock,
} from '../../../sim/workloads/serving/per-batch-server.js';
import { RequestBlock, unmeasuredTag } from '../../../sim/workloads/serving/requests.js';
import { requestServer, type RequestServer } from '../../../sim/workloads/serving/server.js';
import type { Work } from './contract.js';
import type { ServedReplica } from './engine.js';
import type { RevisionBook } from './ledger.js';
import { WorkMeter } from './work-meter.js';

/** The replica. */
export class ReplicaState {
  /** What arrives in the window under way. */
  readonly block = new RequestBlock();
  /** The revision by which requests came first: its answers are told there. */
  book: RevisionBook | undefined;
  /** It takes new requests. */
  accepts = true;
  /** It leaves when the last request is answered. */
  isLeaving = false;
  private readonly meter: WorkMeter;
  private readonly server: RequestServer;
  private perBatch: PerBatchServer | undefined;
  private isPerBatch = false;
  private given = 0;
  private left = 0;
  /** What either level had served when it was left. */
  private busyBefore = 0;

  private readonly deadlineMs: number;

  constructor(
    readonly replica: ServedReplica,
    onWork: (work: Work) => void,
    random: Random,
    { deadlineMs, nowMs }: { readonly deadlineMs: number; readonly nowMs: number },
  ) {
    this.deadlineMs = deadlineMs;
    this.server = requestServer(replica.server, random);
    const program = replica.hears.work ? { onWork } : {};
    this.meter = new WorkMeter(nowMs, replica.server.servers ?? 1, program);
  }

  /** Requests that it has. */
  get inFlight(): number {
    const { waiting, inService } = this.isPerBatch && this.perBatch ? this.perBatch : this.server;
    return waiting + inService;
  }

  /** Works out a window at the level of requests. */
  advance(untilMs: number, book: RevisionBook): void {
    const { block } = this;
    const back = book.outcome.handedBack.count;
    this.given += block.count;
    this.server.advance(block, untilMs, book.outcome);
    block.count = 0;
    this.left += book.outcome.handedBack.count - back;
  }

  /** Works out a window at the level of counts; gives the share of what left that was answered in time. */
  advanceCounts(block: CountBlock, book: RevisionBook): number {
    const { counts } = book;
    const { finished, late, shed, expired } = counts;
    for (let step = 0; step < block.steps; step++) this.given += block.counts[step] ?? 0;
    this.perBatch?.advance(block, counts);
    const refused = counts.shed - shed + counts.expired - expired;
    this.left += refused;
    const answered = counts.finished - finished;
    const gone = answered + refused + counts.late - late;
    return gone === 0 ? 1 : answered / gone;
  }

  /** Goes to the other level; `tell` hears of each marked request, which only the one level knows. */
  level(isPerBatch: boolean, nowMs: number, tell: (tag: number) => void): void {
    if (this.isPerBatch === isPerBatch) return;
    this.busyBefore = this.busyMs(nowMs);
    this.isPerBatch = isPerBatch;
    this.perBatch ??= new PerBatchServer(this.replica.server, this.deadlineMs);
    if (isPerBatch) {
      let count = 0;
      this.server.loseAll((_, tag) => {
        count++;
        if (tag > 0) tell(tag);
      });
      this.perBatch.take(count);
      this.busyBefore -= this.perBatch.busyMs(nowMs);
    } else {
      for (let count = this.perBatch.loseAll(); count > 0; count--) {
        this.block.push(nowMs, unmeasuredTag);
        this.given--;
      }
      this.busyBefore -= this.server.busyMs(nowMs);
    }
  }

  private busyMs(nowMs: number): number {
    const level = this.isPerBatch && this.perBatch ? this.perBatch : this.server;
    return this.busyBefore + level.busyMs(nowMs);
  }

  /** Tells the program how busy it was, when it is time for that. */
  look(nowMs: number): void {
    this.meter.look(nowMs, () => ({
      busyMs: this.busyMs(nowMs),
      finished: this.given - this.left - this.inFlight,
    }));
  }

  /** Gives back all that it has: plain ones by their time, others by their tag. */
  loseAll(give: (timeMs: number, tag: number) => void, nowMs: number): void {
    if (this.isPerBatch && this.perBatch) {
      for (let count = this.perBatch.loseAll(); count > 0; count--) give(nowMs, unmeasuredTag);
    } else this.server.loseAll(give);
  }
}
