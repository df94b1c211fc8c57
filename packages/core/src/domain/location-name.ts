// How locations may be called: the same rule for workers, targets and the table `locations`.

export const locationNamePattern = /^[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?$/;

/** Completes "it must be ..." and "allowed are ...". */
export const locationNameAllowed =
  'at most 63 small letters, digits, dots, dashes and underscores, beginning and ending with a letter or digit';

/** Where workers are that say nothing else, and from where targets are checked that say nothing else. */
export const defaultLocation = 'default';
