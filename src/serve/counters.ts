/** What `/metrics` tells, in Prometheus' text format. Labels come from fixed lists, so it never grows. */

export const routes = ["/", "/predict", "/health", "/metrics", "other"] as const;
export type Route = (typeof routes)[number];

/** Upper bounds of the buckets in seconds. */
const bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5];

export class Counters {
  readonly #requests = new Map<string, number>();
  readonly #buckets = new Array<number>(bounds.length).fill(0);
  #images = 0;
  #batches = 0;
  #seconds = 0;
  #timed = 0;

  request(route: Route, status: number, seconds: number): void {
    const labels = `path="${route}",status="${status}"`;
    this.#requests.set(labels, (this.#requests.get(labels) ?? 0) + 1);
    if (route !== "/predict") return;
    this.#timed++;
    this.#seconds += seconds;
    for (const [i, bound] of bounds.entries()) if (seconds <= bound) this.#buckets[i]++;
  }

  batch(images: number): void {
    this.#batches++;
    this.#images += images;
  }

  text(): string {
    const lines: string[] = [];
    const head = (name: string, type: string, help: string) =>
      lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
    head("heddle_requests_total", "counter", "Requests answered, by path and status.");
    for (const [labels, count] of [...this.#requests].sort(([a], [b]) => (a < b ? -1 : 1))) {
      lines.push(`heddle_requests_total{${labels}} ${count}`);
    }
    head("heddle_images_total", "counter", "Images predicted.");
    lines.push(`heddle_images_total ${this.#images}`);
    head("heddle_batches_total", "counter", "Batches that the images were predicted in.");
    lines.push(`heddle_batches_total ${this.#batches}`);
    const name = "heddle_predict_seconds";
    head(name, "histogram", "Time from a request's head to its answer.");
    for (const [i, bound] of bounds.entries()) lines.push(`${name}_bucket{le="${bound}"} ${this.#buckets[i]}`);
    lines.push(
      `${name}_bucket{le="+Inf"} ${this.#timed}`,
      `${name}_sum ${this.#seconds}`,
      `${name}_count ${this.#timed}`,
    );
    return `${lines.join("\n")}\n`;
  }
}
