import { expect, it } from '@jest/globals';
import { canBuildImages } from './built-image.ts';

it('tests of the image are skipped for who is not root, and fail where they are required', () => {
  expect(canBuildImages(false, 1000)).toBe(false);
  expect(() => canBuildImages(true, 1000)).toThrow(/need root and buildah/);
});
