/**
 * Starts tasks in their order, at most `limit` at a time, and returns a promise for each. A task that rejects
 * stops no other; the caller has to handle every promise.
 */
export function startLimited<T>(tasks: readonly (() => Promise<T>)[], limit: number): Promise<T>[] {
  const slots = tasks.map((task) => ({ task, ...Promise.withResolvers<T>() }));
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let slot = slots[next++]; slot; slot = slots[next++]) {
      await slot.task().then(slot.resolve, slot.reject);
    }
  };
  for (let lanes = 0; lanes < Math.min(limit, tasks.length); lanes++) void lane();
  return slots.map(({ promise }) => promise);
}
