/**
 * The nets of the KTH EQ2425 report on CIFAR-10, named after its sections; order of layers as in its authors' notebook:
 * no activation after the third convolution, dropout between a dense layer and its activation, batch norm after the
 * activation and never on the third convolution. The report's 5.a to 5.c are other settings of these nets.
 */
import { type Preset, sentencePreset } from "./preset.js";

interface Variant {
  readonly filters: readonly [number, number, number];
  readonly kernels?: readonly [number, number, number];
  readonly activation?: string;
  /** A second dense layer of 128 units. */
  readonly extra?: boolean;
  readonly dropout?: boolean;
  readonly norm?: boolean;
}

const home = { input: { height: 32, width: 32, channels: 3 }, classes: 10 };
const leaky = "lrelu 0.01";

function kth(name: string, summary: string, variant: Variant): Preset {
  const { filters, kernels = [5, 3, 3], activation = "relu", extra = true } = variant;
  const active = variant.norm ? `${activation} >> bn` : activation;
  const convolution = (i: number): string => `conv ${filters[i]}x${kernels[i]}`;
  const body =
    `${convolution(0)} >> ${active} >> pool 2 >> ${convolution(1)} >> ${active} >> pool 2 >> ${convolution(2)} >> pool 2` +
    ` >> flatten >> fc 512 >> ${variant.dropout ? "drop 0.3 >> " : ""}${active}${extra ? ` >> fc 128 >> ${active}` : ""}`;
  return sentencePreset(name, summary, home, ({ classes }) => `${body} >> fc ${classes}`);
}

const wide = [64, 128, 256] as const;

export const kthNets: readonly Preset[] = [
  kth("kth-3.2", "three convolutions of 24, 48 and 96 filters", { filters: [24, 48, 96], extra: false }),
  kth("kth-4.a.1", "kth-3.2 with 64, 128 and 256 filters", { filters: wide, extra: false }),
  kth("kth-4.a.2", "kth-4.a.1 with a dense layer of 128 more", { filters: wide }),
  kth("kth-4.b", "kth-4.a.2 with kernels 7x7, 5x5, 3x3", { filters: wide, kernels: [7, 5, 3] }),
  kth("kth-4.c", "kth-4.a.2 with leaky ReLU", { filters: wide, activation: leaky }),
  kth("kth-4.d", "kth-4.c with dropout", { filters: wide, activation: leaky, dropout: true }),
  kth("kth-4.e", "kth-4.d with batch norm", { filters: wide, activation: leaky, dropout: true, norm: true }),
];
