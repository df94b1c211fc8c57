// Buckets of histograms, the same for all workers.

/** Up to the largest timeout a target can have. */
export const durationBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];
/** Up to the largest batch. */
export const batchBuckets = [0, 1, 2, 5, 10, 20, 50, 100, 200, 500];
