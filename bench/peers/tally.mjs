// Counts the jobs of a worker and says when the first began and what all of them took.
import { now, number } from './settings.mjs';

export const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

export class Tally {
  #expected = number('COUNT');
  #rate = number('RATE', 0);
  #firstAt = 0;
  #waits = [];
  #done = 0;

  begun() {
    if (this.#firstAt) return;
    this.#firstAt = now();
    say({ begun: true });
  }

  ended({ dueAt }) {
    this.#done += 1;
    if (this.#rate) this.#waits.push(now() - dueAt);
    if (this.#done === this.#expected) this.#report();
    if (this.#done > this.#expected) say({ error: 'a job was run twice' });
  }

  #report() {
    const result = { done: true, activations: this.#done, seconds: (now() - this.#firstAt) / 1000 };
    if (this.#rate) {
      // The first second warms connections and caches.
      const waits = this.#waits.slice(Math.min(this.#rate, this.#waits.length >> 1)).sort((a, b) => a - b);
      const at = (share) => waits[Math.floor(waits.length * share)];
      Object.assign(result, { p50_ms: at(0.5), p99_ms: at(0.99), max_ms: waits.at(-1) });
    }
    say(result);
  }
}
