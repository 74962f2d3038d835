import { feed } from "./feed";

const bucketMs = 10_000;
const buckets = 30;

/** Counts the streamed changes in ten-second buckets, as long as the page is open. */
class Tally {
  private readonly counts = new Map<number, number>();

  start(): void {
    feed.onChange(({ arrivedAt }) => {
      const bucket = Math.floor(arrivedAt / bucketMs);
      this.counts.set(bucket, (this.counts.get(bucket) ?? 0) + 1);
      for (const old of this.counts.keys()) if (old < bucket - buckets) this.counts.delete(old);
    });
  }

  /** The last five minutes, oldest first; the last one is still filling. */
  lastBuckets(now: number): number[] {
    const last = Math.floor(now / bucketMs);
    return Array.from({ length: buckets }, (_, index) => this.counts.get(last - buckets + 1 + index) ?? 0);
  }
}

export const tally = new Tally();
