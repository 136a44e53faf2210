/** Groups of a configuration on a net: which rule updates which tensor, and which layers are frozen. */
import { usageError } from "../base/errors.js";
import { someOf } from "../base/finding.js";
import { readSetting, type Setting } from "../base/setting.js";
import { count, counted } from "../base/text.js";
import type { Assignment } from "../engine/assignment.js";
import type { Updater } from "../engine/rules.js";
import { averageRule as mostRules } from "../kernels/layout.js";
import { initializerLooks } from "../nn/initializers/index.js";
import { elementCount, type Net, type NetLayer } from "../nn/net.js";
import type { ParameterSpec } from "../nn/spec.js";
import type { Group } from "../optim/groups.js";
import { companionOf, optimizers, ruleOf } from "../optim/index.js";
import type { Session } from "./session.js";

/** What of a configuration tells weights apart. */
export interface Grouped {
  readonly groups?: readonly Group[] | undefined;
  readonly freeze?: string | undefined;
  readonly unfreezeAt?: number | undefined;
  readonly optimizer: Setting;
  readonly lr: number;
}

/** One group as people are shown it. */
export interface GroupMembers {
  /** Its selectors; "all others". */
  readonly name: string;
  /** Null where it is frozen. */
  readonly updater: Updater | null;
  readonly tensors: readonly string[];
  readonly parameters: number;
}

export interface ParameterGroups {
  readonly groups: readonly GroupMembers[];
  /** Null where one rule is for all. */
  readonly assignment: Assignment | null;
  readonly updaters: readonly Updater[];
  /** Layers that are frozen, by name. */
  readonly frozenLayers: readonly string[];
}

interface Member {
  readonly position: number;
  readonly layer: NetLayer;
  readonly spec: ParameterSpec;
}

const kinds: Readonly<Record<string, (member: Member) => boolean>> = {
  weight: ({ spec, layer }) => spec.name.endsWith(".weight") && !isNorm(layer),
  bias: ({ spec, layer }) => spec.name.endsWith(".bias") && !isNorm(layer),
  norm: ({ layer }) => isNorm(layer),
  all: () => true,
};
const isNorm = ({ spec }: NetLayer): boolean => spec.type === "batch-norm";

/** The number of the layer of the net's own list that a layer is, or is within. */
const numberOf = ({ place }: NetLayer): number => Number(place.name.split(".")[0]);

const asPattern = (word: string): RegExp =>
  new RegExp(`^${word.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*")}$`);

/** What one word says of a layer: null where it is about kinds of tensors. */
function layerTest(word: string, net: Net): ((layer: NetLayer) => boolean) | null {
  if (Object.hasOwn(kinds, word)) return null;
  if (word === "last") {
    const last = net.layers.filter(({ parameters }) => parameters.length > 0).at(-1);
    return (layer) => layer === last;
  }
  const [, from, to = from] = /^(\d+)(?:\.\.(\d+))?$/.exec(word) ?? [];
  if (from !== undefined) return (layer) => numberOf(layer) >= Number(from) && numberOf(layer) <= Number(to);
  const pattern = asPattern(word);
  return ({ place, spec }) => pattern.test(place.name) || pattern.test(spec.type);
}

/** The selectors of "0..2 weight, norm", each as the words that must all fit. */
const wordsOf = (match: string): string[][] =>
  match.split(",").map((selector) =>
    selector
      .trim()
      .split(/\s+/)
      .filter((word) => word !== ""),
  );

function fits(match: string, net: Net, member: Member): boolean {
  return wordsOf(match).some(
    (words) =>
      words.length > 0 &&
      words.every((word) => {
        if (Object.hasOwn(kinds, word)) return kinds[word](member);
        return layerTest(word, net)?.(member.layer) === true || asPattern(word).test(member.spec.name);
      }),
  );
}

/** Layers that a selector names as such, whether or not they have tensors. */
const namesLayer = (match: string, net: Net, layer: NetLayer): boolean =>
  wordsOf(match).some((words) => words.length > 0 && words.every((word) => layerTest(word, net)?.(layer) === true));

/**
 * The groups at an epoch, counted from 1: from `unfreezeAt` on what `freeze` names is frozen no more, and its rules count
 * their own updates. `steps`: updates of an epoch. Throws `usageError` for a group that nothing is left for.
 */
export function parameterGroups(net: Net, config: Grouped, { epoch = 1, steps = 0 } = {}): ParameterGroups {
  const { groups = [], freeze, unfreezeAt = Infinity, optimizer, lr } = config;
  const thawed = epoch >= unfreezeAt;
  const since = (unfreezeAt - 1) * steps;
  const left = new Set(
    net.layers.flatMap((layer, position) =>
      layer.parameters.filter(({ learned }) => learned !== false).map((spec): Member => ({ position, layer, spec })),
    ),
  );
  const all = [...left];
  const isCold = (member: Member): boolean => freeze !== undefined && fits(freeze, net, member);
  const take = (name: string, flag: string, test: (member: Member) => boolean): Member[] => {
    const members = [...left].filter(test);
    // Of a list every selector must mean something; kinds may be of none ("bias, norm" of a net without norms).
    const idle = wordsOf(name).find(
      (words) =>
        !words.every((word) => Object.hasOwn(kinds, word)) &&
        !all.some((member) => fits(words.join(" "), net, member)) &&
        !net.layers.some((layer) => namesLayer(words.join(" "), net, layer)),
    );
    if (members.length === 0 || idle) {
      const taken = all.some(test);
      throw usageError({
        where: flag,
        expected: `tensors that ${JSON.stringify(idle?.join(" ") ?? name)} matches`,
        got: taken && !idle ? "none that the groups before it left" : "none",
        fix: `There are ${someOf(
          all.map(({ spec }) => spec.name),
          12,
        )}; layers by number, name or type (${someOf([...new Set(net.layers.map(({ spec }) => spec.type))], 8)}); and the kinds weight, bias, norm.`,
      });
    }
    for (const member of members) left.delete(member);
    return members;
  };
  const result: GroupMembers[] = [];
  const updaters: Updater[] = [];
  const of = new Map<string, number | null>();
  const top = net.layers.filter(({ parameters }) => parameters.some(({ learned }) => learned !== false)).at(-1);
  /** A hidden matrix: what an optimizer for matrices takes. */
  const isMatrix = ({ spec, layer }: Member): boolean => spec.packing.kind === "panels" && layer !== top;
  const add = (name: string, members: readonly Member[], updater: Omit<Updater, "since"> | null): void => {
    const companion = updater && companionOf(updater.optimizer);
    if (!companion) return addAlike(name, members, updater);
    const rest = members.filter((member) => !isMatrix(member));
    addAlike(rest.length > 0 ? `${name}, matrices` : name, members.filter(isMatrix), updater);
    addAlike(rest.length < members.length ? `${name}, the rest` : name, rest, companion);
  };
  const addAlike = (name: string, members: readonly Member[], updater: Omit<Updater, "since"> | null): void => {
    // Those that were frozen count their own updates: a rule of its own.
    for (const late of [false, true]) {
      const some = members.filter((member) => (thawed && isCold(member)) === late);
      if (some.length === 0) continue;
      const own = updater && { ...updater, since: late ? since : 0 };
      const tensors = some.map(({ spec }) => spec.name);
      const parameters = some.reduce((sum, { spec }) => sum + elementCount(spec.shape), 0);
      result.push({ name: late ? `${name}, unfrozen` : name, updater: own, tensors, parameters });
      for (const tensor of tensors) of.set(tensor, own && updaters.length);
      if (own) updaters.push(own);
    }
  };
  if (freeze !== undefined) {
    const cold = take(freeze, "--freeze", isCold);
    if (thawed) for (const member of cold) left.add(member);
    else add(freeze, cold, null);
  }
  for (const { match, lr: own = lr, decay, optimizer: chosen = optimizer, frozen } of groups) {
    const members = take(match, "--groups", (member) => fits(match, net, member));
    const setting = decay === undefined ? chosen : { ...chosen, weightDecay: decay };
    add(match, members, frozen ? null : { optimizer: setting, lr: own });
  }
  add(groups.length > 0 || freeze !== undefined ? "all others" : "all", [...left], { optimizer, lr });
  if (updaters.length === 0) {
    throw usageError({ where: "--freeze, --groups", expected: "something to train", got: "all of the net frozen" });
  }
  if (updaters.length > mostRules) {
    throw usageError({ where: "--groups", expected: `at most ${mostRules} rules`, got: `${updaters.length}` });
  }
  if (groups.length === 0 && freeze === undefined && !companionOf(optimizer))
    return { groups: result, assignment: null, updaters, frozenLayers: [] };
  const cold = [
    ...(freeze !== undefined && !thawed ? [freeze] : []),
    ...groups.flatMap(({ match, frozen }) => (frozen ? [match] : [])),
  ];
  const frozen = frozenPositions(net, of, cold);
  const rules = updaters.map(({ optimizer: setting }) => ruleOf(setting));
  const frozenLayers = [...frozen].map((position) => net.layers[position].place.name);
  return { groups: result, assignment: { rules, of, frozen }, updaters, frozenLayers };
}

/**
 * Layers that run as in scoring: those all of whose weights are frozen, those without weights that a selector names, and
 * those that only frozen layers feed.
 */
function frozenPositions(net: Net, of: ReadonlyMap<string, number | null>, cold: readonly string[]): Set<number> {
  const frozen = new Set<number>();
  /** Nothing at or below it is trained, and something is frozen there. */
  const still = new Set<number>();
  for (const [position, layer] of net.layers.entries()) {
    const learned = layer.parameters.filter((spec) => spec.learned !== false);
    const rules = learned.map(({ name }) => of.get(name) ?? null);
    const named = cold.some((match) => namesLayer(match, net, layer));
    const own = learned.length > 0 ? rules.every((rule) => rule === null) : named;
    const below = layer.inputs.every((input) => input < 0 || still.has(input));
    const fed = layer.inputs.some((input) => still.has(input));
    if (own || (learned.length === 0 && below && fed)) frozen.add(position);
    if (below && (own || (fed && learned.length === 0))) still.add(position);
  }
  return frozen;
}

/** What a run says of its groups before it begins. */
export function groupNotes(
  { groups, frozenLayers, updaters }: ParameterGroups,
  {
    optimizer: usual,
    init,
    initializer,
    unfreezeAt,
  }: Grouped & { readonly init?: string | undefined; readonly initializer?: Setting | undefined },
): string[] {
  const cold = groups.filter(({ updater }) => updater === null);
  const own = updaters.flatMap(({ optimizer }) =>
    optimizer.name === usual.name ? [] : (ruleOf(optimizer).note ?? []),
  );
  if (cold.length === 0) return own;
  const [numbers, tensors] = [
    cold.reduce((sum, { parameters }) => sum + parameters, 0),
    cold.reduce((sum, group) => sum + group.tensors.length, 0),
  ];
  const until = unfreezeAt === undefined ? "" : ` until epoch ${unfreezeAt}`;
  const layers = frozenLayers.length === 0 ? "" : `; layers ${someOf(frozenLayers, 8)} run as in evaluation`;
  // What starts from the images is meant to stay as it is.
  const random =
    init === undefined && !initializerLooks(initializer)
      ? " They keep their random start: --init brings trained weights."
      : "";
  return [...own, `Frozen${until}: ${count(numbers)} numbers of ${counted(tensors, "tensor")}${layers}.${random}`];
}

/** What a line of the metrics says of the rates of several groups in an epoch, where the run's own was `base`. */
export function ratesOf(
  { config, groupsAt }: Pick<Session, "groupsAt"> & { readonly config: Pick<Grouped, "lr"> },
  epoch: number,
  base: number,
): { readonly rates?: Readonly<Record<string, number>> } {
  const groups = groupsAt(epoch).groups.filter(({ updater }) => updater !== null);
  if (groups.length < 2) return {};
  return {
    rates: Object.fromEntries(
      groups.map(({ name, updater }) => [name, updater!.lr === config.lr ? base : base * (updater!.lr / config.lr)]),
    ),
  };
}

/** The groups that an optimizer alone makes, for an engine that no run configures. */
export const groupsOfOptimizer = (net: Net, optimizer: string | Setting, lr: number): ParameterGroups =>
  parameterGroups(net, {
    optimizer: readSetting(optimizers, optimizer, { where: "optimizer", what: "an optimizer" }),
    lr,
  });
