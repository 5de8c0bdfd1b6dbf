/** Token buckets by key: so many at once, so many per second afterwards. Memory is bounded. */
interface Bucket {
  tokens: number;
  time: number;
}

/** Beyond, the buckets not used for longest are forgotten. */
const MAXIMUM_BUCKETS = 10_000;

export class RateLimit {
  private readonly buckets = new Map<string, Bucket>();

  constructor(
    private readonly perSecond: number,
    private readonly burst: number,
  ) {}

  /** Takes one. @returns 0 when there was one, else seconds until there is */
  take(key: string, now = performance.now()): number {
    const bucket = this.buckets.get(key) ?? { tokens: this.burst, time: now };
    this.buckets.delete(key);
    this.buckets.set(key, bucket);
    if (this.buckets.size > MAXIMUM_BUCKETS) this.buckets.delete(this.buckets.keys().next().value!);
    const earned = ((now - bucket.time) / 1000) * this.perSecond;
    bucket.tokens = Math.min(this.burst, bucket.tokens + earned);
    bucket.time = now;
    if (bucket.tokens < 1) return (1 - bucket.tokens) / this.perSecond;
    bucket.tokens -= 1;
    return 0;
  }
}
