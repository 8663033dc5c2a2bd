/** Quotas of namespaces with borrowing, in GPU thousandths. */
import type { QuotaRules } from './rules.js';

/** Keeps what each namespace holds. */
export class QuotaBook {
  private readonly held = new Map<string, number>();
  private total = 0;
  private readonly nominal: ReadonlyMap<string, number>;
  private readonly nominalTotal: number;

  constructor(private readonly rules: QuotaRules | undefined) {
    const gpus = Object.entries(rules?.gpus ?? {});
    this.nominal = new Map(gpus.map(([namespace, count]) => [namespace, 1000 * count]));
    this.nominalTotal = [...this.nominal.values()].reduce((sum, milli) => sum + milli, 0);
  }

  /** Whether the namespace may take so much more. */
  allows(namespace: string, milli: number): boolean {
    if (this.rules === undefined || milli === 0) return true;
    if (this.isOwn(namespace, milli)) return true;
    return this.rules.borrowing === true && this.total + milli <= this.nominalTotal;
  }

  /** Whether so much more is within the namespace's own quota. */
  isOwn(namespace: string, milli: number): boolean {
    return this.of(namespace) + milli <= (this.nominal.get(namespace) ?? 0);
  }

  /** Whether the namespace holds more than its quota. */
  isBorrowing(namespace: string): boolean {
    return this.of(namespace) > (this.nominal.get(namespace) ?? 0);
  }

  /** Notes what was taken, or given back when negative. */
  take(namespace: string, milli: number): void {
    this.held.set(namespace, this.of(namespace) + milli);
    this.total += milli;
  }

  private of(namespace: string): number {
    return this.held.get(namespace) ?? 0;
  }
}
