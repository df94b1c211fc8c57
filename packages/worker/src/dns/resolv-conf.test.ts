import { describe, expect, it } from '@jest/globals';
import { defaultPatience, namesToTry, parseResolvConf } from './resolv-conf.ts';

describe('resolv.conf', () => {
  it('says which servers to ask, three at the most', () => {
    const text = [
      '# nameserver 192.0.2.9',
      'nameserver 192.0.2.1 # first',
      'nameserver nonsense',
      '  nameserver\t2001:db8::1',
      'nameserver [2001:db8::2]:5353',
      'nameserver 192.0.2.4',
    ].join('\n');
    expect(parseResolvConf(text).servers).toEqual(['192.0.2.1', '2001:db8::1', '[2001:db8::2]:5353']);
  });

  it('leaves the servers to the system where it names none', () => {
    expect(parseResolvConf('').servers.length).toBeGreaterThan(0);
  });

  it('has one search list, the last one', () => {
    expect(parseResolvConf('search a.test b.test.\n').search).toEqual(['a.test', 'b.test']);
    expect(parseResolvConf('search a.test b.test\ndomain c.test\n').search).toEqual(['c.test']);
    expect(parseResolvConf('domain c.test\nsearch .\n').search).toEqual(['']);
  });

  it('says how patiently to ask, within bounds', () => {
    expect(parseResolvConf('options rotate timeout:2 ndots:5 attempts:4')).toMatchObject({
      ndots: 5,
      patience: { firstWaitMs: 2_000, rounds: 4 },
    });
    expect(parseResolvConf('options timeout:0 attempts:99\noptions ndots:99 timeout:x')).toMatchObject({
      ndots: 15,
      patience: { firstWaitMs: 1_000, rounds: 5 },
    });
    expect(parseResolvConf('options edns0')).toMatchObject({ ndots: 1, patience: defaultPatience });
  });
});

describe('the names for which to ask', () => {
  it('begin with the search list where there are too few dots', () => {
    expect(namesToTry('db', { search: ['a.test', ''], ndots: 1 })).toEqual(['db.a.test', 'db']);
    expect(namesToTry('db.eu', { search: ['a.test'], ndots: 2 })).toEqual(['db.eu.a.test', 'db.eu']);
  });

  it('begin with the name itself where there are enough', () => {
    expect(namesToTry('db.eu', { search: ['a.test', 'b.test'], ndots: 1 })).toEqual([
      'db.eu',
      'db.eu.a.test',
      'db.eu.b.test',
    ]);
  });

  it('are only the name itself with a dot at its end', () => {
    expect(namesToTry('db.', { search: ['a.test'], ndots: 3 })).toEqual(['db']);
  });

  it('leave out those that would be too long', () => {
    const long = `${'x'.repeat(63)}.`.repeat(3) + 'y'.repeat(60);
    expect(namesToTry(long, { search: ['a.test'], ndots: 9 })).toEqual([long]);
  });
});
