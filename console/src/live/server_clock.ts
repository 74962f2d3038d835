// Whose clock counts? The server's: deadlines are its moments, a reader's machine may be minutes off, and a demo's
// time runs faster.

interface Sample {
  here: number;
  there: number;
}

const learnMs = 3000;
const windowMs = 120_000;
const steadyWithin = 0.25;

/** Follows the server's clock from the moments that it streams: its offset, and its rate where that is not one. */
class ServerClock {
  private first: Sample | undefined;
  private last: Sample | undefined;
  rate = 1;

  /** `there` is a moment that the server has just written down. */
  learn(there: number): void {
    const here = Date.now();
    // Steps that are told late would turn the clock back; one that leads corrects it.
    if (this.last && here - this.last.here < learnMs && there < this.now()) return;
    this.last = { here, there };
    this.first ??= this.last;
    const span = here - this.first.here;
    if (span < learnMs) return;
    const measured = (there - this.first.there) / span;
    this.rate = Math.abs(measured - 1) < steadyWithin || measured < 0 ? 1 : measured;
    if (span > windowMs) this.first = this.last;
  }

  /** A moment that the server has written down at some time: its clock cannot be behind it. */
  notBefore(there: number): void {
    if (there > this.now()) this.last = { here: Date.now(), there };
  }

  now(): number {
    return this.last ? this.last.there + (Date.now() - this.last.here) * this.rate : Date.now();
  }

  forget(): void {
    this.first = this.last = undefined;
    this.rate = 1;
  }
}

export const serverClock = new ServerClock();
