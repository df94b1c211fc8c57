export * from './claimed-requests.ts';
export * from './request-check.ts';
