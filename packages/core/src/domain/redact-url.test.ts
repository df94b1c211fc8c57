import { describe, expect, it } from '@jest/globals';
import { redactUrl } from './redact-url.ts';

describe('a URL that is shown', () => {
  it('has no user, password, fragment or query values', () => {
    expect(redactUrl('https://me:secret@example.org/path?token=secret&token=secret&page=2#secret')).toBe(
      'https://example.org/path?token=***&page=***',
    );
  });

  it('stays as it is where there is nothing to hide', () => {
    expect(redactUrl('http://example.org:8080/a/b')).toBe('http://example.org:8080/a/b');
  });

  it('shows nothing of what is no URL', () => {
    expect(redactUrl('secret')).toBe('(not a URL)');
  });
});
