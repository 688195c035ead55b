/** The `event_id` of an event's JSON text, or undefined when the text is no event that states one. */
export function eventIdentity(json: string): string | undefined {
  try {
    const event: unknown = JSON.parse(json);
    if (typeof event !== 'object' || event === null) return undefined;
    const id = (event as { event_id?: unknown }).event_id;
    return typeof id === 'string' && id !== '' ? id : undefined;
  } catch {
    return undefined;
  }
}
