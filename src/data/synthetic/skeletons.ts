/**
 * How people write the ten digits, as strokes. A place is "x,y" in hundredths of the digit's height, y downwards; a
 * stroke is a smooth curve through its places, "!" makes a place a corner, "/" lifts the pen. `share` weighs the ways of
 * writing one digit against each other.
 */
export interface Skeleton {
  readonly share: number;
  readonly strokes: readonly Stroke[];
}

/** Knots of one stroke. The curve is smooth but at corners. */
export interface Stroke {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly corner: readonly boolean[];
}

function parseStroke(text: string): Stroke {
  const knots = text.trim().split(/\s+/);
  const places = knots.map((knot) => knot.replace("!", "").split(",").map(Number));
  return {
    x: Float64Array.from(places, ([x]) => x / 100),
    y: Float64Array.from(places, ([, y]) => y / 100),
    corner: knots.map((knot) => knot.endsWith("!")),
  };
}

const way = (share: number, text: string): Skeleton => ({ share, strokes: text.split("/").map(parseStroke) });

/** Indexed by digit. */
export const skeletons: readonly (readonly Skeleton[])[] = [
  [
    way(3, "34,1 10,16 2,48 10,84 32,99 54,82 60,48 52,15 33,1"), // round
    way(1, "28,1 8,18 2,50 8,82 25,99 42,82 47,50 40,17 27,1"), // narrow
    way(6, "40,8 24,2 6,25 2,58 12,90 30,98 48,78 54,42 46,12 26,0"), // begun inside
  ],
  [
    way(7, "12,0 12,50 12,100"), // a bar
    way(5, "0,42 18,24 34,0! 34,50 33,100"), // with a flag
    way(2, "2,24 12,15 22,0! 22,50 22,100"), // with a small flag
    way(2, "0,30 14,18 26,0! 26,50 25,98 / 4,99 26,98 56,99"), // flag and foot
    way(2, "8,12 20,0! 20,50 20,98 / 14,99 30,98 60,99"), // foot to the right
    way(1, "12,0 12,98 / 8,99 30,98 54,99"), // bar and foot
    way(2, "26,0 20,30 18,60 20,100"), // a bent bar
    way(2, "6,20 22,4 30,0! 24,50 14,100"), // leaning, small flag
  ],
  [
    way(4, "4,22 14,5 32,1 47,14 44,38 26,66 3,97! 28,97 58,98"), // corner at the foot
    way(6, "6,20 18,3 36,3 46,20 38,46 22,72 4,94 2,84 14,80 32,94 58,96"), // loop at the foot
    way(7, "8,18 20,1 36,6 42,28 36,60 18,97! 36,97 70,98"), // steep, with a long base
    way(2, "8,16 20,1 36,6 40,28 34,60 24,94 10,98 4,90 20,88 40,96 68,98"), // steep, loop at the foot
    way(2, "4,6 24,2 42,12 38,40 20,70 2,97! 24,90 54,96"), // flat bottom
  ],
  [
    way(2, "4,12 20,1 42,8 44,26 34,42 18,47! 40,54 50,72 42,92 22,99 2,92"), // two bowls
    way(4, "4,4 26,2 48,3! 34,24 22,42! 44,54 50,74 40,94 20,99 2,92"), // flat top
    way(2, "6,8 26,1 44,14 38,34 20,46 40,54 48,72 40,92 20,99 2,90"), // soft waist
    way(2, "3,8 22,2 44,10 40,32 24,46! / 12,48 34,47! 46,62 46,84 26,99 2,93"), // with a tongue
    way(3, "4,20 8,6 24,1 40,10 38,32 22,46! 40,54 46,72 40,92 24,99 8,94 2,82"), // hooked ends
  ],
  [
    way(3, "26,0 14,28 2,62! 30,64 60,62 / 44,30 42,64 34,100"), // open
    way(3, "42,100 44,50 46,0! 24,32 0,64! 30,65 64,64"), // closed, one stroke
    way(2, "14,2 4,30 6,50 24,56 46,46 / 54,2 50,36 44,70 38,100"), // like a u with a tail
    way(7, "36,0 18,28 0,64! 20,68 54,62 / 52,22 46,50 36,76 28,100"), // leaning
    way(3, "34,0 16,28 2,56 6,70 26,70 56,58 / 54,24 44,56 34,80 28,100"), // leaning, round corner
    way(2, "40,2 18,24 4,54 20,64 44,52 50,24 42,4! 42,50 34,100"), // round top
    way(6, "38,0 20,26 2,58 4,72 24,74 58,64 / 58,22 48,48 36,78 28,100"), // leaning, low bar
    way(7, "32,0 16,30 0,70! 24,74 52,72 / 42,40 38,66 30,100"), // low bar, short stem
  ],
  [
    way(6, "54,2 32,2 12,3! 10,22 6,44! 26,38 46,50 50,70 40,92 20,99 0,93"), // one stroke
    way(3, "12,3 10,24 7,44! 28,42 48,56 48,80 30,98 2,95 / 12,3 34,3 58,1"), // bar last
    way(1, "50,4 28,2 12,10 8,30 22,42 42,54 48,74 36,94 16,99 0,92"), // like an s
    way(6, "58,3 36,2 14,4! 10,22 6,40! 22,36 36,48 40,66 34,88 16,99"), // small bowl
    way(2, "44,3 28,3 14,6! 10,26 14,42! 30,36 40,50 40,76 28,96 8,97"), // narrow
  ],
  [
    way(7, "40,0 20,18 6,46 3,74 16,97 38,97 50,80 42,60 24,58 8,72"), // bent
    way(7, "16,0 7,30 3,62 6,88 24,99 44,90 48,70 34,56 14,62 5,76"), // straight
    way(1, "46,6 34,0 14,20 4,54 8,88 28,99 46,84 42,62 24,56 8,66"), // hooked
  ],
  [
    way(3, "0,4 24,3 50,2! 34,36 20,100"), // plain
    way(4, "2,5 24,3 50,3! 36,40 24,100 / 8,52 28,50 52,48"), // with a bar
    way(4, "0,16 4,4 26,6 50,2! 40,28 28,60 24,100 / 4,56 28,54 56,52"), // with serif and bar
    way(6, "8,20 10,5 28,6 44,2! 38,28 30,60 26,100 / 0,58 28,55 58,54"), // with serif and a wide bar
    way(7, "0,18 3,3 24,5 48,3! 34,40 22,100"), // with serif
  ],
  [
    way(4, "44,12 26,1 8,12 12,32 30,46 46,64 46,88 26,99 6,88 8,64 24,46 42,30 44,10"), // one stroke
    way(3, "26,46 8,32 8,12 26,1 44,12 42,32 26,46 6,62 4,86 26,99 48,86 46,62 26,46"), // two rings
    way(2, "46,8 28,2 10,14 16,36 40,58 46,80 28,99 8,86 14,62 36,40 48,14"), // even
    way(3, "40,12 26,1 10,12 12,32 26,46 38,64 38,88 24,99 10,88 12,64 26,44 40,28 42,10"), // narrow
    way(2, "34,12 22,1 10,12 12,30 22,46 34,62 34,86 22,99 8,88 10,64 22,44 34,28 36,10"), // very narrow
    way(2, "38,4 24,2 12,12 14,30 26,46 34,62 30,88 20,99 12,88 16,66 28,46 42,26 40,6"), // narrow, leaning
    way(4, "46,10 24,1 4,14 10,32 28,46 38,62 38,88 24,99 10,88 12,66 26,46 46,30 46,12"), // wide head
    way(3, "44,14 26,1 6,12 12,30 26,46 34,62 32,88 24,99 16,88 18,64 28,46 44,28 44,12"), // wide head, slim foot
    way(4, "34,8 22,1 12,14 16,34 34,54 44,76 36,96 12,98 4,84 14,64 34,36 38,16"), // wide foot
    way(2, "44,6 26,1 10,10 14,28 30,44 42,60 40,84 26,98 14,88 18,64 34,40 50,14 50,4"), // drawn to the upper right
  ],
  [
    way(6, "46,14 26,1 6,16 8,36 26,46 44,34 47,12! 48,50 44,100"), // straight tail
    way(7, "44,14 26,1 6,14 8,36 26,45 44,32 46,12! 48,48 46,80 30,98 4,92"), // hooked tail
    way(4, "46,16 30,2 8,10 6,34 22,46 42,34 46,14! 40,56 24,100"), // leaning tail
    way(2, "46,6 22,4 6,20 14,40 34,42 46,34! 48,66 40,94 22,99 2,96"), // open
    way(3, "38,14 24,1 8,12 10,34 24,44 36,34 38,14! 44,56 44,84 28,99 2,96"), // small head, hooked tail
    way(3, "30,6 14,8 12,28 26,36 38,24 34,8! 46,50 50,84 38,98 8,96"), // small filled head
    way(1, "20,2 12,14 18,32 38,36! 44,58 48,84 36,98 6,96"), // head of one bend
  ],
];
