/** The k largest similarities that each of N rows has met so far. */
export class NearestSoFar {
  /** [N, k], in no order */
  readonly #similarities: Float32Array;
  /** [N], the smallest of a row's k: what a further one must exceed. */
  readonly floor: Float32Array;

  constructor(
    rows: number,
    readonly k: number,
  ) {
    this.#similarities = new Float32Array(rows * k).fill(-2);
    this.floor = new Float32Array(rows).fill(-2);
  }

  /** Takes a similarity of `row` into account. */
  meet(row: number, similarity: number): void {
    if (similarity <= this.floor[row]) return;
    const own = this.#similarities.subarray(row * this.k, (row + 1) * this.k);
    own[own.indexOf(this.floor[row])] = similarity;
    this.floor[row] = own.reduce((a, b) => Math.min(a, b));
  }

  /** [N], the mean of a row's k similarities, fewer where it has met fewer. */
  means(): Float64Array {
    return Float64Array.from(this.floor, (_, row) => {
      const met = this.#similarities.subarray(row * this.k, (row + 1) * this.k).filter((similarity) => similarity > -2);
      return met.length === 0 ? 0 : met.reduce((a, b) => a + b, 0) / met.length;
    });
  }
}
