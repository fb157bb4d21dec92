/** Rounds to a whole number; what lies in the middle of two goes to the even one, as in Python and Java. */
export function halfToEven(number: number): number {
  const below = Math.floor(number);
  const rest = number - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below;
}
