import { ByteCache } from '../../../src/tensor/cache';

const value = (byteLength: number): { byteLength: number } => ({ byteLength });

describe('a cache bounded in bytes', () => {
  it('lets the least recently used go first', () => {
    const cache = new ByteCache(30);
    for (const key of ['a', 'b', 'c']) {
      cache.set(key, value(10));
    }
    cache.get('a');
    cache.set('d', value(10));
    expect(['a', 'b', 'c', 'd'].filter(key => cache.has(key))).toEqual(['a', 'c', 'd']);
    expect(cache.bytes).toBe(30);
  });

  it('counts a value that is put again once', () => {
    const cache = new ByteCache(100);
    cache.set('a', value(10));
    cache.set('a', value(25));
    expect([cache.size, cache.bytes]).toEqual([1, 25]);
  });

  it('holds one value larger than itself, until the next comes', () => {
    const cache = new ByteCache(10);
    cache.set('large', value(50));
    expect(cache.has('large')).toBe(true);
    cache.set('small', value(1));
    expect([cache.has('large'), cache.bytes]).toEqual([false, 1]);
  });

  it('forgets by key', () => {
    const cache = new ByteCache(100);
    cache.set('x/1', value(1));
    cache.set('x/2', value(1));
    cache.set('y/1', value(1));
    cache.deleteWhere(key => key.startsWith('x/'));
    expect([cache.size, cache.bytes]).toEqual([1, 1]);
  });
});
