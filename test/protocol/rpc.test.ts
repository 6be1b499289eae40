import { describe, expect, test } from 'vitest';
import { UserError } from '../../src/base/errors.ts';
import { Emitter } from '../../src/base/event.ts';
import { Peer, type Port } from '../../src/protocol/rpc.ts';

type Sums = { add(params: { a: number; b: number }): number; fail(params: object): never; wait(params: object): void };

/** Two ends of one channel in this process. */
function channel(): [Port, Port, close: () => void] {
  const [toA, toB, closed] = [new Emitter<unknown>(), new Emitter<unknown>(), new Emitter<string>()];
  const end = (to: Emitter<unknown>, from: Emitter<unknown>): Port => ({
    post: (message) => queueMicrotask(() => to.fire(structuredClone(message))),
    onMessage: from.event,
    onClose: closed.event,
  });
  return [end(toB, toA), end(toA, toB), () => closed.fire('gone')];
}

function pair() {
  const [a, b, close] = channel();
  const server = new Peer<Record<string, never>, never, string>(b, {
    add: ({ a, b }: { a: number; b: number }) => a + b,
    fail: () => {
      throw new UserError('Not today.');
    },
    wait: () => new Promise(() => {}),
  });
  return { client: new Peer<Sums, string>(a), server, close };
}

describe('a conversation', () => {
  test('answers calls with results, and with the errors of their handlers', async () => {
    const { client } = pair();
    expect(await Promise.all([client.call('add', { a: 1, b: 2 }), client.call('add', { a: 3, b: 4 })])).toEqual([3, 7]);
    await expect(client.call('fail', {})).rejects.toThrow(new UserError('Not today.'));
  });

  test('answers a call of a method that is not there', async () => {
    const { client } = pair();
    await expect(client.call('nothing' as 'add', { a: 1, b: 1 })).rejects.toThrow('no method "nothing"');
  });

  test('carries events', async () => {
    const { client, server } = pair();
    const heard = new Promise((resolve) => client.onEvent(resolve));
    server.emit('news');
    expect(await heard).toBe('news');
  });

  test('that closes rejects what waits, and what comes later', async () => {
    const { client, close } = pair();
    const waiting = client.call('wait', {});
    close();
    await expect(waiting).rejects.toThrow('gone');
    await expect(client.call('add', { a: 1, b: 1 })).rejects.toThrow('gone');
    client.dispose();
  });
});
