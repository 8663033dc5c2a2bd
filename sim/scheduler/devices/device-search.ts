/**
 * The search for devices: every combination is tried, in a fixed order, until one holds.
 * @upstream dynamic-resource-allocation/structured/internal/incubating/allocator_incubating.go allocateOne
 */
import type { Node } from '../../api/kinds/core.js';
import type { DeviceSelector } from '../../api/kinds/resource.js';
import type { AllocatedDevices } from './allocated-devices.js';
import { consumption, hasCapacityLeft } from './capacity.js';
import { Consumption, type Capacities } from './consumption.js';
import { ConsumedCounters, type AvailableCounters } from './counters.js';
import { deviceId, type DeviceId } from './device-id.js';
import { isKeptAway } from './device-taints.js';
import { AllocationError } from './errors.js';
import { reaches, type Pool } from './pools.js';
import { selects } from './selectors.js';
import { resultsMax, type Candidate, type ClaimPlan, type Wish } from './wishes.js';

/** How a branch of the search ended; `exceeds`: it needs more devices than a claim can have. */
type Verdict = 'found' | 'fails' | 'exceeds';

/** Where the search for the next device of a request goes on. */
interface Place {
  readonly pool: number;
  readonly slice: number;
  readonly device: number;
}

const start: Place = { pool: 0, slice: 0, device: 0 };

/** One search on one node. */
export class DeviceSearch {
  private readonly counters: ConsumedCounters;
  /** By device: the claims, by index, that are about to get it. */
  private readonly pending = new Map<DeviceId, Set<number>>();
  private readonly pendingCapacity = new Consumption();
  private plans: readonly ClaimPlan[] = [];

  constructor(
    private readonly node: Node,
    private readonly pools: readonly Pool[],
    private readonly allocated: AllocatedDevices,
    available: AvailableCounters,
  ) {
    this.counters = new ConsumedCounters(available);
  }

  /** Whether all the claims got their devices; the plans hold them. */
  run(plans: readonly ClaimPlan[]): boolean {
    this.plans = plans;
    return this.claim(0) === 'found';
  }

  /** Whether the device is what is wished for and has the capacity, whoever holds it. */
  isSuitable(wish: Wish, candidate: Candidate, claimKey: string): boolean {
    return this.isSelected(wish, candidate, claimKey) && this.hasCapacity(wish, candidate);
  }

  private claim(index: number): Verdict {
    const plan = this.plans[index];
    return plan === undefined ? 'found' : this.request(plan, index, 0);
  }

  private request(plan: ClaimPlan, claim: number, index: number): Verdict {
    const request = plan.requests[index];
    if (request === undefined) {
      const verdict = this.claim(claim + 1);
      return verdict === 'exceeds' ? 'fails' : verdict;
    }
    const at = { plan, claim, request: index };
    if (!request.hasAlternatives) {
      const [wish] = request.wishes;
      return wish === undefined ? 'fails' : this.device({ ...at, wish }, 0, start);
    }
    let doAllExceed = true;
    for (const [chosen, wish] of request.wishes.entries()) {
      const verdict = this.device({ ...at, wish }, 0, start);
      if (verdict === 'exceeds') continue;
      doAllExceed = false;
      if (verdict === 'fails') continue;
      request.chosen = chosen;
      return 'found';
    }
    return doAllExceed ? 'exceeds' : 'fails';
  }

  /** Looks for the device of this number for the wish, and for all that comes after. */
  private device(at: Position, number: number, from: Place): Verdict {
    const { plan, claim, wish } = at;
    const wantsAll = wish.mode === 'All';
    if (wantsAll && wish.all.length === 0) return 'fails';
    if (number >= wish.count) return this.request(plan, claim, at.request + 1);
    if (plan.found.length + wish.count - number > resultsMax) return 'exceeds';
    if (wantsAll) {
      const candidate = wish.all[number];
      if (candidate === undefined) return 'fails';
      return this.tryOut(at, candidate, () => this.device(at, number + 1, start)) ?? 'fails';
    }
    return this.exactly(at, number, from);
  }

  private exactly(at: Position, number: number, from: Place): Verdict {
    for (let pool = from.pool; pool < this.pools.length; pool++) {
      const offers = this.pools[pool];
      if (offers === undefined || offers.isIncomplete === true || offers.isInvalid === true) {
        continue;
      }
      const firstSlice = pool === from.pool ? from.slice : 0;
      for (let slice = firstSlice; slice < offers.slices.length; slice++) {
        const offered = offers.slices[slice];
        const devices = offered?.spec.devices ?? [];
        const isFirst = pool === from.pool && slice === from.slice;
        for (let index = isFirst ? from.device : 0; index < devices.length; index++) {
          const device = devices[index];
          if (offered === undefined || device === undefined) continue;
          const id = deviceId(offers.driver, offers.name, device.name);
          if (this.isTaken(at, id)) continue;
          const candidate: Candidate = { id, device, slice: offered, pool: offers };
          if (!this.isSuitable(at.wish, candidate, at.plan.key)) continue;
          const next = { pool, slice, device: index + 1 };
          const verdict = this.tryOut(at, candidate, () => this.device(at, number + 1, next));
          if (verdict === 'found' || verdict === 'exceeds') return verdict;
        }
      }
    }
    return 'fails';
  }

  /** Takes the device, goes on, and gives it back if that fails. Undefined: it cannot be taken. */
  private tryOut(at: Position, candidate: Candidate, goOn: () => Verdict): Verdict | undefined {
    if (!this.take(at, candidate)) return undefined;
    const verdict = goOn();
    if (verdict !== 'found') this.giveBack(at, candidate);
    return verdict;
  }

  /**
   * Takes the device if nothing speaks against it. As upstream, what was taken of counters stays taken
   * when a taint or a constraint then refuses. @upstream allocateDevice
   */
  private take(at: Position, candidate: Candidate): boolean {
    const { plan, claim, wish } = at;
    const { id, device, pool } = candidate;
    const isShared = device.allowMultipleAllocations === true;
    if (!isShared && wish.isAdmin && this.pending.get(id)?.has(claim) === true) return false;
    if (!wish.isAdmin && this.isInUse(id)) return false;
    const isCounted = (device.consumesCounters?.length ?? 0) > 0;
    const isInPart = isShared && this.isPartlyTaken(id);
    if (isCounted && !isInPart && !this.counters.take(pool, device)) return false;
    if (isKeptAway(device, wish.tolerations)) return false;
    if (!this.addToConstraints(at, candidate)) return false;
    if (!isShared) this.hold(id, claim);
    if (!this.hasCapacity(wish, candidate)) return false;
    const consumed = isShared ? consumption(device, wish.capacity) : undefined;
    if (consumed !== undefined) this.pendingCapacity.add(id, consumed);
    plan.found.push({ wish, candidate, ...(consumed !== undefined && { consumed }) });
    return true;
  }

  private addToConstraints({ plan, wish }: Position, { id, device, pool }: Candidate): boolean {
    const added = [];
    for (const constraint of plan.constraints) {
      if (constraint.add(wish.request, { driver: pool.driver, device })) {
        added.push(constraint);
        continue;
      }
      if (wish.mode === 'All') {
        throw new AllocationError(
          `claim ${plan.key}, request ${wish.name}: cannot add device ${id} ` +
            'because a claim constraint would not be satisfied',
        );
      }
      for (const each of added) each.remove(wish.request);
      return false;
    }
    return true;
  }

  private giveBack({ plan, claim, wish }: Position, { id, device, pool }: Candidate): void {
    for (const constraint of plan.constraints) constraint.remove(wish.request);
    this.pending.get(id)?.delete(claim);
    const consumed = plan.found.pop()?.consumed;
    if (consumed !== undefined) this.pendingCapacity.remove(id, consumed);
    else if ((device.consumesCounters?.length ?? 0) > 0) this.counters.giveBack(pool, device);
  }

  private hold(id: DeviceId, claim: number): void {
    const claims = this.pending.get(id) ?? new Set<number>();
    claims.add(claim);
    this.pending.set(id, claims);
  }

  private isTaken({ claim, wish }: Position, id: DeviceId): boolean {
    return wish.isAdmin ? this.pending.get(id)?.has(claim) === true : this.isInUse(id);
  }

  private isInUse(id: DeviceId): boolean {
    return this.allocated.dedicated.has(id) || (this.pending.get(id)?.size ?? 0) > 0;
  }

  private isPartlyTaken(id: DeviceId): boolean {
    return this.allocated.taken.of(id) !== undefined || this.pendingCapacity.of(id) !== undefined;
  }

  private hasCapacity({ capacity }: Wish, { id, device }: Candidate): boolean {
    const taken: Capacities | undefined = this.allocated.taken.of(id);
    return hasCapacityLeft(device, capacity, taken, this.pendingCapacity.of(id));
  }

  private isSelected(wish: Wish, candidate: Candidate, claimKey: string): boolean {
    const known = wish.selected.get(candidate.id);
    if (known !== undefined) return known;
    const { deviceClass, selectors } = wish;
    const { device, slice } = candidate;
    const answer =
      matches(
        deviceClass.spec.selectors ?? [],
        candidate,
        `class ${deviceClass.metadata.name ?? ''}`,
      ) &&
      matches(selectors, candidate, `claim ${claimKey}`) &&
      (slice.spec.perDeviceNodeSelection !== true || reaches(device, this.node));
    wish.selected.set(candidate.id, answer);
    return answer;
  }
}

interface Position {
  readonly plan: ClaimPlan;
  /** The index of the claim. */
  readonly claim: number;
  /** The index of the request in the claim. */
  readonly request: number;
  readonly wish: Wish;
}

function matches(
  selectors: readonly DeviceSelector[],
  { device, pool }: Candidate,
  owner: string,
): boolean {
  for (const [index, { cel }] of selectors.entries()) {
    const answer = selects(cel?.expression ?? '', pool.driver, device);
    if (answer === false) return false;
    if (answer !== true) {
      throw new AllocationError(`${owner}: selector #${index}: ${answer.error}`);
    }
  }
  return true;
}
