import { eventually } from '@everytick/testing';
import { describe, expect, it } from '@jest/globals';
import { ServerOrder } from './server-order.ts';

describe('the order of servers', () => {
  it('is that of the configuration while all of them answer', () => {
    const order = new ServerOrder();
    order.answered('b');
    expect(order.order(['a', 'b', 'c'])).toEqual(['a', 'b', 'c']);
  });

  it('has silent ones at its end, and in their place once they answer', () => {
    const order = new ServerOrder();
    order.wasSilent('a');
    expect(order.order(['a', 'b', 'c'])).toEqual(['b', 'c', 'a']);
    order.answered('a');
    expect(order.order(['a', 'b', 'c'])).toEqual(['a', 'b', 'c']);
  });

  it('tries silent ones again in their place, by one question at a time', async () => {
    const order = new ServerOrder(300);
    order.wasSilent('a');
    await eventually(() => expect(order.order(['a', 'b'])).toEqual(['a', 'b']));
    expect(order.order(['a', 'b'])).toEqual(['b', 'a']);
  });

  it('is that of the configuration again when there is a new one', () => {
    const order = new ServerOrder();
    order.wasSilent('a');
    order.forget();
    expect(order.order(['a', 'b'])).toEqual(['a', 'b']);
  });
});
