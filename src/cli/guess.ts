/** What an accuracy must beat, in words. */
import { type Guess, percent } from "../index.js";

/** A line each of a table: what it is, how often it is right. */
export const guessRows = ({ chance, always }: Guess): string[][] => [
  [`always saying ${always.className}`, percent(always.share)],
  ["chance", percent(chance)],
];
