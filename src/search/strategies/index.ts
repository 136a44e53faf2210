/** The registry of search strategies. */
import { grid } from "./grid.js";
import { halving } from "./halving.js";
import { random } from "./random.js";
import type { Strategy } from "./strategy.js";

export const strategies = [random, grid, halving] as unknown as readonly Strategy[];
