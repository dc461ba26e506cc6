/** A server-sent event as a client sees it. */
export interface SeenEvent {
  readonly event: string;
  readonly data: Record<string, unknown>;
}

/** All events of a stream until the server closes it. */
export async function eventsOf(url: string, headers: Record<string, string> = {}): Promise<SeenEvent[]> {
  const answer = await fetch(url, { headers });
  if (answer.status !== 200) throw new Error(`${url} answered ${answer.status}: ${await answer.text()}`);
  const blocks = (await answer.text()).split('\n\n').filter((block) => block.startsWith('event: '));
  return blocks.map((block) => {
    const [, event = '', data = ''] = /^event: (\w+)\ndata: (.*)$/.exec(block) ?? [];
    return { event, data: JSON.parse(data) as Record<string, unknown> };
  });
}
